"""How far two rankings of the same words agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Agreement:
    """Kendall's tau-b and its p-value; both NaN where a ranking is constant or not defined."""

    tau: float
    p_value: float


UNDEFINED = Agreement(float("nan"), float("nan"))


def kendall(first: np.ndarray, second: np.ndarray) -> Agreement:
    """Kendall's tau-b between two importances of the same words, signs ignored."""
    from scipy.stats import kendalltau

    if len(first) < 2 or np.isnan(first).any() or np.isnan(second).any():
        return UNDEFINED
    first, second = importance(first), importance(second)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return UNDEFINED
    result = kendalltau(first, second)
    return Agreement(float(result.statistic), float(result.pvalue))


def tau_matrix(scores: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Tau and p-values of all pairs of m importances, [m, m] each; NaN where undefined."""
    pairs = [[kendall(first, second) for second in scores] for first in scores]
    return np.array([[p.tau for p in row] for row in pairs]), np.array(
        [[p.p_value for p in row] for row in pairs]
    )


def importance(score: np.ndarray) -> np.ndarray:
    """Absolute scores relative to the largest, to six digits: equal words differ by rounding errors only."""
    largest = np.abs(score).max()
    return np.round(np.abs(score) / largest, 6) if largest > 0 else np.abs(score)


def ranks(score: np.ndarray) -> np.ndarray:
    """Rank of every word, 1 the most important; ties share their mean rank; NaN where a score is."""
    from scipy.stats import rankdata

    return rankdata(-importance(score), nan_policy="propagate")
