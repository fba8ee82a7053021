"""The figures on the card of the five encoders: assets/models/positions/figures.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS


@dataclass(frozen=True)
class Point:
    """Of `length` pieces: the share of hidden words guessed right, and its standard error over images."""

    length: int
    accuracy: float
    error: float


@dataclass(frozen=True)
class Line:
    """One encoder's points, as far as it can read. change: accuracy at the longest text less that at the
    longest of training, with its standard error, both over the same gaps; None where it cannot read more."""

    scheme: str
    points: tuple[Point, ...]
    change: tuple[float, float] | None


@dataclass(frozen=True)
class Shuffled:
    """The share of hidden words guessed right in order and shuffled; lost: the difference, and its error."""

    scheme: str
    in_order: float
    shuffled: float
    lost: float
    error: float


@cache
def figures() -> Mapping[str, Any]:
    """All figures on the held-out captions that were looked at once; empty where none were taken."""
    path = ASSETS / "models" / "positions" / "figures.json"
    if not path.is_file():
        return {}
    return json.loads(path.read_text(encoding="utf-8")).get("test", {})


def count(what: str) -> int:
    """One of the counts: "captions" that were shuffled, "images" and "gaps" of the growing texts, and
    "trained_length", the pieces of the longest text of training."""
    return figures()[what]


def lines() -> list[Line]:
    """The encoders' accuracies by the length of the text, in the order of the card."""
    found = figures()
    return [
        Line(
            scheme,
            tuple(Point(one["length"], one["accuracy"], one["accuracy_error"]) for one in points),
            _change(found["beyond"].get(scheme)),
        )
        for scheme, points in found.get("by_length", {}).items()
    ]


def _change(found: Mapping[str, float] | None) -> tuple[float, float] | None:
    return (found["change"], found["change_error"]) if found else None


def when_shuffled() -> list[Shuffled]:
    """The encoders' accuracies with the words in order and shuffled."""
    return [
        Shuffled(scheme, one["in_order"], one["shuffled"], one["lost"], one["lost_error"])
        for scheme, one in figures().get("shuffled", {}).items()
    ]
