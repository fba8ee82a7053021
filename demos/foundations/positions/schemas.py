"""Maps of positions, shuffled words, and longer texts: plain data, for page and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.models.specs import Origin

MIN_WORDS, MAX_WORDS = 4, 20
DEFAULT = "A dog jumps over a fence while a man watches."
SHOWN = 48
"""Positions on the page's maps."""

TITLES = {
    "none": "No positions",
    "sines": "Sines",
    "learned": "Learned",
    "rotary": "Rotary",
    "relative": "Relative bias",
}
"""The five encoders by name, as the page calls them."""


@dataclass(frozen=True)
class MapInputs:
    """How many positions are compared."""

    positions: Annotated[
        int,
        Field(ge=8, le=128, title="Positions", description="how many, from the first on, are compared"),
    ] = SHOWN


@dataclass(frozen=True)
class PositionMap:
    """How alike one checkpoint makes its positions.

    values [n, n], rounded: what `measure` says of row's and column's position, rows being the queries. heads
    [h, 2 n - 1]: the same of each head by column minus row, from -(n - 1) on, where heads differ, else ().
    by_distance: the share of the variance of values, without the diagonal, that their mean at each distance
    (column minus row) explains.
    """

    scheme: str
    title: str
    measure: str
    values: tuple[tuple[float, ...], ...]
    heads: tuple[tuple[float, ...], ...]
    by_distance: float


@dataclass(frozen=True)
class MapResult:
    """One map for each way to know positions."""

    maps: tuple[PositionMap, ...]
    seconds: float
    origin: Origin


@dataclass(frozen=True)
class ShuffleInputs:
    """A caption, and which of its many orders is tried."""

    text: Annotated[
        str,
        Field(
            title="A caption",
            description=f"one sentence in English about a picture, {MIN_WORDS} to {MAX_WORDS} words",
        ),
    ] = DEFAULT
    seed: Annotated[
        int, Field(ge=0, le=9999, title="Order", description="each number is another order of the words")
    ] = 0


@dataclass(frozen=True)
class Guess:
    """What an encoder says of a hidden word: its first choice with its probability, and the probability of
    the word that stood there."""

    text: str
    probability: float
    truth: float


@dataclass(frozen=True)
class Change:
    """One encoder's guess with the words in order, and shuffled. changed: whether its first choice is another
    one. moved: how far all probabilities are apart, as half the sum of their differences (total variation):
    0 nothing moved, 1 everything."""

    before: Guess
    after: Guess
    changed: bool
    moved: float


@dataclass(frozen=True)
class Gap:
    """A hidden word: its number among the words, and the change of each encoder in the order of TITLES."""

    word: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ShuffleResult:
    """A caption's words, and their numbers in the shuffled order; a gap for each word of one piece. opening:
    the gap where the encoders with positions move most."""

    words: tuple[str, ...]
    order: tuple[int, ...]
    gaps: tuple[Gap, ...]
    opening: int
    seconds: float
    origin: Origin
