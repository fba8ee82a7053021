"""How close in meaning are sentences to one another?

Each line is one sentence. The encoder turns it into a vector (the mean of its token vectors), and
the heat map shows the cosine of the angle between every two: 1 is the same direction. The map below it
lays the sentences out along the two directions in which they differ most. A whole column of a CSV file gives
the vectors themselves.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput, StageError
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.pipelines.batches import answer_all
from demos.pipelines.classify import Encoded, encode
from demos.pipelines.company import remedied
from demos.pipelines.csv_batch import Batch
from demos.pipelines.sentence_map import project
from demos.pipelines.similarity_show import show
from demos.pipelines.snippets import with_pipeline
from demos.pipelines.vectors import LeftOut, mean_pooled, read_lines

INFO = Info(
    slug="similarity",
    title="Sentence similarity",
    tab="Pipelines",
    limits=(
        "A high cosine says that two sentences are about similar things, not that they agree: a sentence "
        "and its negation are usually close. The numbers of different checkpoints cannot be compared, and "
        "an encoder that was not trained for similarity puts almost everything close together. The bundled "
        "encoder was trained on English."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT = "minilm"
MAX_SENTENCES = 32


@dataclass(frozen=True)
class SimilarityInputs:
    """sentences: 2 to 32 texts; model: an encoder of the catalog."""

    sentences: tuple[str, ...]
    model: str = DEFAULT


@dataclass(frozen=True, eq=False)
class SimilarityResult:
    """cosine [n, n] in [-1, 1], of which the rows and columns of what was left out are NaN (null in JSON);
    tokens [n]: how many each sentence has, special ones included, 0 of those; places [n, 2]: the vectors
    along their first two principal components, which hold the shares `explained` of their variance, NaN for
    what was left out; left_out: the sentences that the model cannot read. withheld: why cosines and places
    say nothing (it reads none or only one of the sentences, and all were taken), or ""; instead: the name
    of a checkpoint that can read them, or ""; warning: what of the sentences was not read, or ""."""

    sentences: tuple[str, ...]
    cosine: np.ndarray
    tokens: tuple[int, ...]
    places: np.ndarray
    explained: tuple[float, float]
    left_out: tuple[LeftOut, ...]
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin


@dataclass(frozen=True, eq=False)
class Feature:
    """vector [width]: of unit length, the mean of the token vectors; tokens: how many there were; withheld:
    why the vector says nothing about the text, or ""; warning: what of the text was not read, or ""."""

    vector: np.ndarray
    tokens: int
    withheld: str
    warning: str


def similarity(inputs: SimilarityInputs, loaded: Any) -> SimilarityResult:
    """Cosine similarity between the mean-pooled embeddings of all pairs of sentences that the model reads.

    Raises `BadInput` if fewer than two can be turned into tokens.
    """
    check_inputs(inputs)
    begin = time.perf_counter()
    read, left_out = read_lines(inputs.sentences, loaded)
    if len(read) < 2:
        why = "; ".join(f"sentence {one.number}: {one.reason}" for one in left_out[:3])
        raise BadInput(f"Fewer than two sentences can be read: {why}", "Write one sentence per line.")
    legible = {place: line for place, line in read.items() if not line.judged.withheld}
    why = ("", "")
    if len(legible) < 2:
        hard = next(line.judged for line in read.values() if line.judged.withheld)
        why, legible = remedied(hard, SIMILARITY, loaded), read
    hidden = [
        LeftOut(place + 1, line.judged.withheld) for place, line in read.items() if place not in legible
    ]
    kept, count = list(legible), len(inputs.sentences)
    vectors = mean_pooled([line.ids for line in legible.values()], loaded)
    cosine, places = np.full((count, count), np.nan, np.float32), np.full((count, 2), np.nan)
    # Rounding can take a cosine a hair beyond 1.
    cosine[np.ix_(kept, kept)] = np.clip(vectors @ vectors.T, -1, 1)
    places[kept], explained = project(vectors)
    said = {place + 1: line.judged.warning for place, line in legible.items()}
    warnings = [f"sentence {number}: {warning}" for number, warning in said.items() if warning]
    return SimilarityResult(
        inputs.sentences,
        cosine,
        tuple(len(legible.get(place, ())) for place in range(count)),
        places,
        explained,
        tuple(sorted([*left_out, *hidden], key=lambda one: one.number)),
        *why,
        " ".join(warnings),
        time.perf_counter() - begin,
        loaded.origin,
    )


def features(many: Sequence[SimilarityInputs], loaded: Any) -> list[Feature | StageError]:
    """The vector of the one sentence that each asks about, or what is wrong with it."""

    def compute(rows: Sequence[Encoded]) -> list[Feature]:
        vectors = mean_pooled([row.ids for row in rows], loaded)
        return [feature(row, vector) for row, vector in zip(rows, vectors, strict=True)]

    def feature(row: Encoded, vector: np.ndarray) -> Feature:
        return Feature(vector, len(row), remedied(row.judged, SIMILARITY, loaded)[0], row.judged.warning)

    return answer_all(many, lambda inputs: encode(inputs.sentences[0], loaded), compute)


def check_inputs(inputs: SimilarityInputs) -> None:
    """Raise `BadInput` unless there are 2 to MAX_SENTENCES sentences."""
    count = len(inputs.sentences)
    if not 2 <= count <= MAX_SENTENCES:
        raise BadInput(
            f"{count} sentence{'' if count == 1 else 's'} given; the heat map needs 2 to {MAX_SENTENCES}.",
            "Write one sentence per line.",
        )


SIMILARITY = Endpoint("similarity", similarity, {"encoder": "base"}, check=check_inputs)
ENDPOINTS = (SIMILARITY,)

EXAMPLES = (
    Example(
        "Paraphrase, topic, negation",
        SimilarityInputs(
            (
                "The film was a delight from start to finish.",
                "I enjoyed every minute of the movie.",
                "The film was not a delight.",
                "The stock market fell sharply today.",
            )
        ),
    ),
    Example(
        "Wrong: never is near always",
        SimilarityInputs(("I am never late.", "I am always late.", "I arrive on time every day.")),
    ),
    Example(
        "Wrong: who bit whom",
        SimilarityInputs(("The dog bit the man.", "The man bit the dog.", "A man was injured by a dog.")),
    ),
    Example(
        "One word, two senses",
        SimilarityInputs(
            (
                "She sat on the bank of the river.",
                "He works for a bank in London.",
                "They walked along the water.",
                "The loan was approved yesterday.",
            )
        ),
    ),
    Example(
        "Three topics on a map",
        SimilarityInputs(
            (
                "The goalkeeper saved a penalty in the last minute.",
                "Their striker scored twice before half-time.",
                "The match ended in a draw.",
                "Simmer the onions until they are golden.",
                "Add a pinch of salt to the dough.",
                "Bake the bread for forty minutes.",
                "The telescope found a planet beyond Neptune.",
                "Light from that star is ten years old.",
                "The probe sent pictures from Mars.",
            )
        ),
    ),
)


def columns(feature: Feature) -> dict[str, object]:
    """What a CSV says about one text: its vector as a JSON list, and how many tokens it has."""
    vector = orjson.dumps(feature.vector, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return {"tokens": feature.tokens, "vector": vector}


BATCH = Batch(features, columns, field="sentences")


def build(run: Run) -> None:
    """Lay out the sentences, and everything that the tasks' pages share."""
    import gradio as gr

    from demos.pipelines.layout import task_page

    sentences = gr.Textbox(label="Sentences, one per line", lines=5, max_lines=32)
    fields = {"sentences": sentences}
    task_page(run, SIMILARITY, DEFAULT, fields, EXAMPLES, show, snippet, BATCH, ask="Measure")


_CODE = """\
vectors = np.array([np.mean(pipe(sentence)[0], 0) for sentence in {sentences!r}])
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
print(np.round(vectors @ vectors.T, 4))
"""


def snippet(inputs: SimilarityInputs, origin: Origin) -> str:
    """The same with transformers' pipeline for features."""
    body = _CODE.format(sentences=list(inputs.sentences))
    return with_pipeline("feature-extraction", "base", origin, body, before="import numpy as np\n")
