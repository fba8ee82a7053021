"""What was measured of caption world's models when they had been trained: their shipped figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS
from demos.nlp.in_context import wilson

FOLDER = ASSETS / "models" / "caption-world"


@dataclass(frozen=True)
class Accuracy:
    """The share of `gaps` at which a model's first guess was right, and its 95 % interval (Wilson 1927)."""

    share: float
    gaps: int
    low: float
    high: float


@cache
def figures(name: str) -> Mapping[str, Any]:
    """All figures of a model, named without "caption-world-"; none where its weights are not shipped."""
    path = FOLDER / name / "figures.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def masked_accuracy(name: str, part: str = "test") -> Accuracy | None:
    """A model's accuracy at the gaps of held-out captions, or None if it was not measured there."""
    found = figures(name).get(part, {})
    if "masked_accuracy" not in found:
        return None
    share, gaps = found["masked_accuracy"], int(found["gaps"])
    return Accuracy(share, gaps, *wilson(share, gaps))
