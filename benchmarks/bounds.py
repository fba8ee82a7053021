"""What a benchmark measured, beside what it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bound:
    """What was measured, and what it may be."""

    said: str
    measured: float
    most: float
    unit: str
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.measured >= self.most if self.least else self.measured <= self.most

    def __str__(self) -> str:
        sign = "at least" if self.least else "at most"
        verdict = "holds" if self.holds else "DOES NOT HOLD"
        return f"{self.said:52} {self.measured:8.2f} {self.unit:4} {sign} {self.most:g}: {verdict}"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lies: one of them, the next higher."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
