"""How often both heads are right about kinds of pairs: assets/figures/next_sentence.json.

Written by training/measure_next_sentence.py, which makes the pairs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS
from demos.nlp.in_context import wilson

PATH = ASSETS / "figures" / "next_sentence.json"
KINDS = {
    "same picture": True,
    "other picture": False,
    "other, same words": False,
    "halves in order": True,
    "halves swapped": False,
}
"""The kinds of pairs, and whether yes is right."""
PICTURES = ("same picture", "other picture", "other, same words")


@dataclass(frozen=True)
class Count:
    """Pairs of one kind, and of how many a head was right; its answer is yes from one half on."""

    right: int
    pairs: int

    @property
    def share(self) -> float:
        return self.right / self.pairs

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson 1927)."""
        return wilson(self.share, self.pairs)


@cache
def measured() -> dict[str, dict[str, Count]]:
    """By architecture and kind; {} where nothing was measured."""
    if not PATH.exists():
        return {}
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return {
        name: {kind: Count(**kinds[kind]) for kind in KINDS if kind in kinds}
        for name, kinds in found["heads"].items()
    }
