"""How often both heads are right about kinds of pairs, and how often rules are that see hardly anything:
assets/figures/next_sentence.json.

Written by training/measure_next_sentence.py, which makes the pairs; the rules are training/order_rules.py.
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
RULES = ("beginning with an article or “two”", "first words", "first and last words")
"""By which halves can be put in order without a model: the last two are counted on training captions."""
HALVES = ("halves in order", "halves swapped")
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


@dataclass(frozen=True)
class Rule:
    """Halves of captions that a rule puts in order rightly, and those of which it says nothing."""

    right: int
    undecided: int
    pairs: int

    @property
    def share(self) -> float:
        """Of right answers, where a coin is tossed for the undecided ones."""
        return (self.right + self.undecided / 2) / self.pairs

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson 1927)."""
        return wilson(self.share, self.pairs)


@cache
def rules() -> dict[str, Rule]:
    """By name; {} where nothing was measured."""
    found = _read().get("rules", {})
    return {name: Rule(**found[name]) for name in RULES if name in found}


@cache
def measured() -> dict[str, dict[str, Count]]:
    """By architecture and kind; {} where nothing was measured."""
    return {
        name: {kind: Count(**kinds[kind]) for kind in KINDS if kind in kinds}
        for name, kinds in _read().get("heads", {}).items()
    }


def _read() -> dict[str, Any]:
    return json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
