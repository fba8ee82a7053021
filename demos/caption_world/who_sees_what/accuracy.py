"""How often a model's first guess at a gap of held-out captions was right, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

from demos.caption_world.reported import on_test
from demos.nlp.in_context import wilson


@dataclass(frozen=True)
class Accuracy:
    """The share of `gaps` that were filled rightly, and its 95 % interval (Wilson 1927)."""

    share: float
    gaps: int
    low: float
    high: float


def masked_accuracy(name: str) -> Accuracy | None:
    """A model's figure on its card, or None where its weights are not shipped."""
    try:
        found = on_test(name)
    except FileNotFoundError:
        return None
    if "masked_accuracy" not in found:
        return None
    share, gaps = found["masked_accuracy"], int(found["gaps"])
    return Accuracy(share, gaps, *wilson(share, gaps))
