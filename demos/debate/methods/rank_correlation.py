"""How far two rankings of the same words agree, and how far they would agree by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

MIN_WORDS = 4
"""Tau is withheld below this: three words have six orders, so one pair of orders in six is equal."""


@dataclass(frozen=True)
class Correlation:
    """Kendall's tau-b and its p-value; both NaN where a ranking is constant, not defined, or of fewer than
    MIN_WORDS words."""

    tau: float
    p_value: float


UNDEFINED = Correlation(float("nan"), float("nan"))


def kendall(first: np.ndarray, second: np.ndarray) -> Correlation:
    """Kendall's tau-b between two importances of the same words, signs ignored."""
    from scipy.stats import kendalltau

    if len(first) < MIN_WORDS or np.isnan(first).any() or np.isnan(second).any():
        return UNDEFINED
    first, second = importance(first), importance(second)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return UNDEFINED
    result: Any = kendalltau(first, second)
    return Correlation(float(result.statistic), float(result.pvalue))


def tau_matrix(scores: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Tau and p-values of all pairs of m importances, [m, m] each; NaN where undefined."""
    pairs = [[kendall(first, second) for second in scores] for first in scores]
    return np.array([[p.tau for p in row] for row in pairs]), np.array(
        [[p.p_value for p in row] for row in pairs]
    )


@cache
def chance(words: int) -> float:
    """The chance band of tau: 95 % of all pairs of orders of n words have a tau within ± this.

    Exact for orders without ties, from the distribution of the number of inversions of a permutation. NaN for
    fewer than MIN_WORDS words.
    """
    if words < MIN_WORDS:
        return float("nan")
    share = np.ones(1)  # share[k]: the share of all orders that have k inversions
    for n in range(2, words + 1):
        share = np.convolve(share, np.full(n, 1 / n))
    pairs = len(share) - 1
    # The smallest tau beyond which at most 5 % lie, counting both ends together.
    beyond = 2 * np.cumsum(share)[: pairs // 2]
    outside = int(np.searchsorted(beyond, 0.05, side="right"))
    return (pairs - 2 * outside) / pairs


def chance_spread(words: int) -> float:
    """Standard deviation of tau between two random orders of n words (Kendall 1938); its mean is 0."""
    return math.sqrt(2 * (2 * words + 5) / (9 * words * (words - 1)))


def importance(score: np.ndarray) -> np.ndarray:
    """Absolute scores relative to the largest, to six digits: equal words differ by rounding errors only."""
    largest = np.abs(score).max()
    return np.round(np.abs(score) / largest, 6) if largest > 0 else np.abs(score)


def ranks(score: np.ndarray) -> np.ndarray:
    """Ranks of words, 1 for the most important; ties share their mean rank; NaN where the score is NaN."""
    from scipy.stats import rankdata

    return rankdata(-importance(score), nan_policy="propagate")
