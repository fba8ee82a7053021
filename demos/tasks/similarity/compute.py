"""Cosines between the sentence vectors of a set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from demos.contract import Endpoint
from demos.errors import BadInput, StageError
from demos.held_turn import clock
from demos.models.specs import Loaded
from demos.nlp.batches import answer_all
from demos.nlp.classify import Encoded, encode
from demos.nlp.csv_batch import Batch
from demos.nlp.other_models import remedied
from demos.nlp.vectors import LeftOut, mean_pooled, read_lines
from demos.tasks.similarity.headline import headline
from demos.tasks.similarity.schemas import SimilarityInputs, SimilarityResult
from demos.tasks.similarity.sentence_map import project

MAX_SENTENCES = 32


@dataclass(frozen=True, eq=False)
class Feature:
    """vector [width]: of unit length, the mean of the token vectors; tokens: how many there were; withheld:
    why the vector says nothing about the text, or ""; warning: which part of the text was not read, or ""."""

    vector: np.ndarray
    tokens: int
    withheld: str
    warning: str


def similarity(inputs: SimilarityInputs, loaded: Loaded) -> SimilarityResult:
    """Cosine similarity between the mean-pooled embeddings of all pairs of sentences that the model reads.

    Raises `BadInput` if fewer than two can be turned into tokens.
    """
    check_inputs(inputs)
    begin = clock()
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
    # Rounding can raise a cosine slightly above 1.
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
        clock() - begin,
        loaded.origin,
    )


def features(many: Sequence[SimilarityInputs], loaded: Loaded) -> list[Feature | StageError]:
    """The vector of the one sentence that each asks about, or what is wrong with it."""

    def compute(rows: Sequence[Encoded]) -> list[Feature]:
        vectors = mean_pooled([row.ids for row in rows], loaded)
        return [feature(row, vector) for row, vector in zip(rows, vectors, strict=True)]

    def feature(row: Encoded, vector: np.ndarray) -> Feature:
        return Feature(vector, len(row), remedied(row.judged, SIMILARITY, loaded)[0], row.judged.warning)

    return answer_all(many, lambda inputs: encode(inputs.sentences[0], loaded), compute)


def check_inputs(inputs: SimilarityInputs) -> None:
    """Raises `BadInput` unless there are 2 to MAX_SENTENCES sentences."""
    count = len(inputs.sentences)
    if not 2 <= count <= MAX_SENTENCES:
        raise BadInput(
            f"{count} sentence{'' if count == 1 else 's'} given; the heat map needs 2 to {MAX_SENTENCES}.",
            "Write one sentence per line.",
        )


SIMILARITY = Endpoint("similarity", similarity, {"encoder": "base"}, check=check_inputs, headline=headline)


def columns(feature: Feature) -> dict[str, object]:
    """The CSV columns of one text: its vector as a JSON list, and its number of tokens."""
    vector = orjson.dumps(feature.vector, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return {"tokens": feature.tokens, "vector": vector}


BATCH = Batch(features, columns, field="sentences")
