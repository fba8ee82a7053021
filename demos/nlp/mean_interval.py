"""The mean of a few values, and how far it may be from the mean of all that could have been drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True)
class Mean:
    """A mean and its 95 % interval; NaN where there is one value, which says nothing of its spread."""

    mean: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def mean_interval(values: Sequence[float]) -> Mean:
    """The mean of values and its interval: see `half_width`."""
    count = len(values)
    mean = math.fsum(values) / count
    half = half_width(count, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / count))
    return Mean(mean, mean - half, mean + half)


def half_width(count: int, std: float) -> float:
    """Half of the 95 % interval of a mean over `count` values, whose standard deviation (over n) is `std`;
    NaN for one value. Student's interval (1908, Biometrika 6, 1-25), exact for values that are drawn from a
    normal distribution."""
    from scipy.special import stdtrit  # its quantiles; scipy.stats would take a second to import

    return float(stdtrit(count - 1, (1 + LEVEL) / 2)) * std / math.sqrt(count - 1) if count > 1 else math.nan
