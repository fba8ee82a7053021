"""A sentence put to six checkpoints of one training, and lines to train on: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from demos.models.specs import Origin
from demos.nlp.decoding import Seed

Watched = Literal["caption-world-bert", "caption-world-gpt2", "caption-world-marian"]
TITLES = {
    "caption-world-bert": "BERT: fills a gap",
    "caption-world-gpt2": "GPT-2: continues",
    "caption-world-marian": "Marian: translates into French",
}
MAX_LINES, MAX_LINE = 50, 200


@dataclass(frozen=True)
class WatchInputs:
    """A sentence, and the model whose training is watched."""

    text: Annotated[
        str,
        Field(title="Sentence", max_length=500, description="a sentence such as a caption of a photograph"),
    ]
    model: Annotated[Watched, Field(title="Model", description="whose training is watched")] = (
        "caption-world-bert"
    )


@dataclass(frozen=True)
class Filling:
    """A token for the gap, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True, eq=False)
class Moment:
    """One checkpoint of the training, after `percent` of its tokens.

    said: what it says, after `given`; probability: of that, per token (geometric mean); fillings: BERT's five
    likeliest tokens for the gap, else none; weights [n, m]: attention of the followed head, rows that sum to
    1; figure: measured for this checkpoint on held-out captions.
    """

    percent: int
    tokens: int
    said: str
    probability: float
    fillings: tuple[Filling, ...]
    weights: np.ndarray
    figure: float


@dataclass(frozen=True, eq=False)
class WatchResult:
    """moments: six, in the order of training, the last one the shipped model.

    given: what the model was given, with its mask or as the beginning that it continues; measure: the name of
    the figure, "masked accuracy", "word perplexity" or "BLEU"; queries [n], keys [m]: the tokens of the
    attention's rows and columns; map: "self" or "cross"; layer, head: the followed head, counted from 0;
    withheld: why nothing can be trusted here, or "".
    """

    model: str
    given: str
    measure: str
    map: str
    layer: int
    head: int
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    moments: tuple[Moment, ...]
    withheld: str
    seconds: float
    origin: Origin


@dataclass(frozen=True)
class TrainInputs:
    """Lines to train on, and for how long."""

    lines: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_LINE)], ...],
        Field(title="Lines, one per line", max_length=MAX_LINES, description="1 to 50 texts"),
    ]
    seconds: Annotated[int, Field(ge=5, le=60, title="Seconds", description="for how long it is trained")] = (
        20
    )
    seed: Annotated[Seed, Field(title="Seed", description="of first weights, order and samples")] = 0


@dataclass(frozen=True)
class Point:
    """Losses after some steps, in nats per character: on the lines that are trained on, and on those held
    out, NaN if there are none."""

    step: int
    loss: float
    held_out: float


@dataclass(frozen=True)
class Sample:
    """What the model wrote after some steps; copied: whether it is one of the lines that it learns from."""

    step: int
    text: str
    copied: bool


@dataclass(frozen=True)
class TrainResult:
    """The training so far.

    seconds: of training, not of waiting; finished: whether its time is over; waiting: whether others are
    before it; characters: size of the vocabulary, the end of a line included; lines, held_out: how many are
    trained on and how many are not; parameters: of the model.
    """

    step: int
    seconds: float
    finished: bool
    waiting: bool
    characters: int
    lines: int
    held_out: int
    parameters: int
    curve: tuple[Point, ...]
    samples: tuple[Sample, ...]
