"""The loss by position with both histories, over held-out captions: assets/figures/teacher_forcing.json.

Written by training/measure_teacher_forcing.py, which defines the two losses.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS
from demos.plain import from_plain

PATH = ASSETS / "figures" / "teacher_forcing.json"
FAR = 5
"""The last distance of `Reach` stands for all further ones, too."""


@dataclass(frozen=True)
class Place:
    """Mean losses at positions first to last, in nats, with their standard errors (captions are the units).
    last is None where all further ones are meant."""

    first: int
    last: int | None
    right: float
    right_error: float
    own: float
    own_error: float


@dataclass(frozen=True)
class Distance:
    """The share of first choices that moved `distance` tokens behind a changed word; its standard error."""

    distance: int
    share: float
    error: float


@dataclass(frozen=True)
class Reach:
    """How far changed words reach. moving: the share of changes that move at least one later first choice;
    standard errors are over `captions`."""

    captions: int
    changes: int
    moving: float
    moving_error: float
    far: tuple[Distance, ...]


@dataclass(frozen=True)
class Losses:
    """Of one model over `captions`. difference: the mean over captions of the loss with its own history minus
    that with the right one, and its standard error; same: captions that it wrote exactly as the reference."""

    captions: int
    places: tuple[Place, ...]
    right: float
    own: float
    difference: float
    error: float
    same: int
    reach: Reach


@cache
def measured() -> dict[str, Losses]:
    """By model; {} where nothing was measured."""
    if not PATH.exists():
        return {}
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return {name: from_plain(Losses, row) for name, row in found["models"].items()}
