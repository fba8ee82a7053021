"""Texts, the ways to batch them, and what was measured: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.foundations.bucketing.layout import Layout
from demos.foundations.bucketing.texts import FORTY
from demos.models.specs import Origin

MIN_TEXTS, MAX_TEXTS, MAX_CHARACTERS = 2, 64, 2_000
BATCHES = (2, 4, 8, 16, 32)
MAX_BUCKETS = 6

TextField = Annotated[
    tuple[Annotated[str, Field(max_length=MAX_CHARACTERS)], ...],
    Field(
        min_length=MIN_TEXTS,
        max_length=MAX_TEXTS,
        title="Texts, one per line",
        description="English, short and long ones",
    ),
]
BatchField = Annotated[
    Literal[2, 4, 8, 16, 32], Field(title="Batch", description="how many texts a batch holds at most")
]
BucketsField = Annotated[
    int, Field(ge=1, le=MAX_BUCKETS, title="Buckets", description="how many ranges of length there are")
]
ModelField = Annotated[str, Field(title="Model", description="name of the encoder's checkpoint")]


@dataclass(frozen=True)
class BucketingInputs:
    """Texts to batch in three ways."""

    texts: TextField = FORTY
    batch: BatchField = 8
    buckets: BucketsField = 4
    model: ModelField = "minilm"


@dataclass(frozen=True)
class BucketingResult:
    """lengths: tokens of each text, with those that frame it; layouts: the three ways; apart: how far the
    answers of any two ways are apart at most, over all components of the texts' unit vectors, rounded up to a
    power of ten, after each answer was put back to its text's place."""

    lengths: tuple[int, ...]
    layouts: tuple[Layout, ...]
    apart: float
    seconds: float
    origin: Origin


@dataclass(frozen=True)
class MeasureInputs:
    """The same texts, to be timed on this machine."""

    texts: TextField = FORTY
    batch: BatchField = 8
    buckets: BucketsField = 4
    repeats: Annotated[
        int, Field(ge=3, le=9, title="Rounds", description="how often each way is timed, in turns")
    ] = 5
    model: ModelField = "minilm"


@dataclass(frozen=True)
class Timed:
    """The seconds of each round, and of every round the ratio to the first way's in the same round."""

    way: str
    each: tuple[float, ...]
    ratios: tuple[float, ...]


@dataclass(frozen=True)
class MeasureResult:
    """ways: in order, sorted, by bucket; texts, batch, buckets: what was timed; threads: how many of the
    processor the model used."""

    ways: tuple[Timed, ...]
    texts: int
    batch: int
    buckets: int
    threads: int
    seconds: float
    origin: Origin


@dataclass(frozen=True)
class LoopsInputs:
    """How many numbers are doubled in four ways of Python."""

    numbers: Annotated[
        int, Field(ge=1_000, le=100_000, title="Numbers", description="how long the list is")
    ] = 10_000
    repeats: Annotated[
        int, Field(ge=5, le=50, title="Rounds", description="how often each way is timed, in turns")
    ] = 21


@dataclass(frozen=True)
class LoopsResult:
    """ways: a loop that appends, a list comprehension, map, numpy, and numpy from a list and back."""

    ways: tuple[Timed, ...]
    numbers: int
    seconds: float
