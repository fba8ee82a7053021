"""The grid of rates and epochs, and a live fine-tuning: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.foundations.forgetting.reviews import LINES
from demos.models.specs import Origin
from demos.nlp.decoding import Seed

MAX_LINES, MAX_LINE = 60, 200
GAP = "Two dogs are playing in the [MASK]."


@dataclass(frozen=True)
class GridInputs:
    """Which cell of the measured grid is told in words."""

    rate: Annotated[float, Field(title="Rate", description="one of the rates that were measured")] = 1e-4
    epochs: Annotated[
        int, Field(ge=0, le=10, title="Epochs", description="passes over the reviews; 0 is before training")
    ] = 3


@dataclass(frozen=True)
class Cell:
    """Shares after so many epochs, means over the seeds: of reviews that are judged right, and of gaps that
    are filled with the right word; and the same of each seed."""

    epochs: int
    reviews: float
    gaps: float
    reviews_by_seed: tuple[float, ...]
    gaps_by_seed: tuple[float, ...]


@dataclass(frozen=True)
class RateRow:
    """All epochs at one rate, from 0 (before training)."""

    rate: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class GridResult:
    """rows: by rate, the smallest first; train, dev: reviews that were trained on and measured; gaps: how
    many were measured; seeds: runs at each rate; origin: the model that was fine-tuned."""

    rows: tuple[RateRow, ...]
    train: int
    dev: int
    gaps: int
    seeds: int
    origin: Origin


@dataclass(frozen=True)
class LiveInputs:
    """Reviews to train on, a gap to watch, and how fast."""

    reviews: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_LINE)], ...],
        Field(
            title="Reviews, one per line",
            max_length=MAX_LINES,
            description="each begins with + if it is good, with - if it is bad",
        ),
    ] = LINES
    gap: Annotated[
        str,
        Field(title="Sentence with [MASK]", max_length=MAX_LINE, description="what the old head is asked"),
    ] = GAP
    rate: Annotated[
        float, Field(title="Rate", description="size of a step: 0.000001 to 0.01; 0.0001 is small here")
    ] = 3e-4
    seconds: Annotated[int, Field(ge=5, le=60, title="Seconds", description="for how long it is trained")] = (
        20
    )
    seed: Annotated[Seed, Field(title="Seed", description="of the new head and the order")] = 0


@dataclass(frozen=True)
class Filling:
    """A word for the gap and its probability."""

    word: str
    probability: float


@dataclass(frozen=True)
class Point:
    """After some steps: shares of reviews judged right, of those that are trained on and of those held out
    (NaN if there are none); and the probability of the word that was likeliest in the gap before."""

    step: int
    learned: float
    held_out: float
    kept: float


@dataclass(frozen=True)
class LiveResult:
    """The training so far. epochs: passes over the reviews; waiting: whether others are before it; before and
    now: the likeliest words for the gap."""

    step: int
    epochs: float
    seconds: float
    finished: bool
    waiting: bool
    reviews: int
    held_out: int
    curve: tuple[Point, ...]
    before: tuple[Filling, ...]
    now: tuple[Filling, ...]
    origin: Origin | None
