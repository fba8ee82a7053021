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
from html import escape
from typing import Any

import numpy as np
import orjson

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput, StageError
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.pipelines.bars import careful
from demos.pipelines.batches import answer_all
from demos.pipelines.classify import Encoded, encode
from demos.pipelines.csv_batch import Batch
from demos.pipelines.sentence_map import picture, project
from demos.pipelines.snippets import with_pipeline
from demos.pipelines.vectors import mean_pooled
from demos.texts import check_text

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
    """cosine [n, n] in [-1, 1]; tokens [n]: how many each sentence has, special ones included; places [n, 2]:
    the vectors along their first two principal components, which hold the shares `explained` of their
    variance; warning: which sentence the model can hardly read, and why, or ""."""

    sentences: tuple[str, ...]
    cosine: np.ndarray
    tokens: tuple[int, ...]
    places: np.ndarray
    explained: tuple[float, float]
    warning: str
    seconds: float
    origin: Origin


@dataclass(frozen=True, eq=False)
class Feature:
    """vector [width]: of unit length, the mean of the token vectors; tokens: how many there were."""

    vector: np.ndarray
    tokens: int


def similarity(inputs: SimilarityInputs, loaded: Any) -> SimilarityResult:
    """Cosine similarity between the mean-pooled embeddings of all pairs of sentences."""
    check_inputs(inputs)
    begin = time.perf_counter()
    encoded = [encoded_line(number, line, loaded) for number, line in enumerate(inputs.sentences, 1)]
    vectors = mean_pooled([sentence.ids for sentence in encoded], loaded)
    # Rounding can take a cosine a hair beyond 1.
    cosine = np.clip(vectors @ vectors.T, -1, 1)
    places, explained = project(vectors)
    lengths = tuple(map(len, encoded))
    warnings = [f"sentence {number}: {one.warning}" for number, one in enumerate(encoded, 1) if one.warning]
    warning = next(iter(warnings), "")
    seconds = time.perf_counter() - begin
    return SimilarityResult(
        inputs.sentences, cosine, lengths, places, explained, warning, seconds, loaded.origin
    )


def features(many: Sequence[SimilarityInputs], loaded: Any) -> list[Feature | StageError]:
    """The vector of the one sentence that each asks about, or what is wrong with it."""

    def compute(rows: Sequence[Encoded]) -> list[Feature]:
        vectors = mean_pooled([row.ids for row in rows], loaded)
        return [Feature(vector, len(row)) for vector, row in zip(vectors, rows, strict=True)]

    return answer_all(many, lambda inputs: encode(inputs.sentences[0], loaded), compute)


def encoded_line(number: int, line: str, loaded: Any) -> Encoded:
    """A line as the model reads it; raises `BadInput` with its number if it cannot."""
    try:
        return encode(line, loaded)
    except BadInput as error:
        raise BadInput(f"Sentence {number}: {error.problem}", error.remedy) from None


def check_inputs(inputs: SimilarityInputs) -> None:
    """Raise `BadInput` unless there are 2 to MAX_SENTENCES readable sentences."""
    count = len(inputs.sentences)
    if not 2 <= count <= MAX_SENTENCES:
        raise BadInput(
            f"{count} sentence{'' if count == 1 else 's'} given; the heat map needs 2 to {MAX_SENTENCES}.",
            "Write one sentence per line.",
        )
    for number, sentence in enumerate(inputs.sentences, 1):
        check_text(sentence, f"sentence {number}")


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


def show(result: SimilarityResult) -> str:
    """The heat map, the map, and a caution where the model could not read words."""
    return (
        careful(result.warning)
        + heat_map(result)
        + picture(result.sentences, result.places, result.explained)
    )


_CODE = """\
vectors = np.array([np.mean(pipe(sentence)[0], 0) for sentence in {sentences!r}])
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
print(np.round(vectors @ vectors.T, 4))
"""


def snippet(inputs: SimilarityInputs, origin: Origin) -> str:
    """The same with transformers' pipeline for features."""
    body = _CODE.format(sentences=list(inputs.sentences))
    return with_pipeline("feature-extraction", "base", origin, body, before="import numpy as np\n")


def heat_map(result: SimilarityResult) -> str:
    """The cosines as an HTML table; colour strength is the cosine, and every cell has its number."""
    numbers = range(1, len(result.sentences) + 1)
    head = "".join(
        f'<th scope="col" title="{escape(sentence, quote=True)}">{i}</th>'
        for i, sentence in zip(numbers, result.sentences, strict=True)
    )
    rows = "".join(
        f'<tr><th scope="row"><span class="stage-number">{i}</span> <bdi>{escape(sentence)}</bdi></th>'
        + "".join(_cell(float(value)) for value in row)
        + "</tr>"
        for i, sentence, row in zip(numbers, result.sentences, result.cosine, strict=True)
    )
    return (
        '<div class="stage-scroll"><table class="stage-heat"><caption>Cosine similarity</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(value: float) -> str:
    return f'<td style="--heat: {max(0.0, min(1.0, value)):.3f}">{value:.2f}</td>'
