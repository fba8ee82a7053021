"""How much more often one condition is right than another on the same rows, and whether by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.nlp.in_context import RESAMPLES, wilson


@dataclass(frozen=True)
class Difference:
    """Accuracy of one condition minus that of another, both in [0, 1], and a 95 % interval: the wider of a
    bootstrap that resamples the rows of both together and the runs of each, and Newcombe's interval for
    paired shares, since a bootstrap of equal answers has no width."""

    mean: float
    low: float
    high: float


def difference(first: np.ndarray, second: np.ndarray, seed: int = 0) -> Difference:
    """How much more often the second is right, from what was right [runs, rows] in each on the same rows."""
    chance = np.random.default_rng(seed)
    rows = chance.integers(first.shape[1], size=(RESAMPLES, first.shape[1]))
    one, other = (_resampled(correct, rows, chance) for correct in (first, second))
    low, high = np.quantile(other - one, (0.025, 0.975))
    least, most = newcombe(first.mean(0), second.mean(0))
    mean = float(second.mean() - first.mean())
    return Difference(mean, min(float(low), least), max(float(high), most))


def _resampled(correct: np.ndarray, rows: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Accuracies [resamples] with runs drawn anew, on the given rows."""
    runs = chance.integers(len(correct), size=(len(rows), len(correct)))
    return correct[runs[:, :, None], rows[:, None, :]].mean((1, 2))


def newcombe(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """A 95 % interval of mean(second) - mean(first), two shares on the same rows [n], each value in [0, 1].

    Method 10 of Newcombe 1998 (Statistics in Medicine 17, 2635-2650): Wilson's limits of both shares, joined
    by the rows' correlation, which is corrected towards 0 if it is positive.
    """
    count, p, q = len(first), float(first.mean()), float(second.mean())
    (p_low, p_high), (q_low, q_high) = wilson(p, count), wilson(q, count)
    spread = float(first.std() * second.std())
    covariance = float((first * second).mean()) - p * q
    if covariance > 0:
        covariance = max(0.0, covariance - 1 / (2 * count))
    correlation = covariance / spread if spread else 0.0

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one**2 - 2 * correlation * one * other + other**2))

    return q - p - reach(q - q_low, p_high - p), q - p + reach(q_high - q, p - p_low)


def chance_of_spread(correct: np.ndarray, seed: int = 0) -> float:
    """How often the best and the worst of several conditions are at least as far apart by chance: what was
    right [conditions, rows] is shuffled among the conditions, each row for itself, `RESAMPLES` times."""
    chance, shape = np.random.default_rng(seed), (RESAMPLES, *correct.shape)
    shuffled = chance.permuted(np.broadcast_to(correct, shape), axis=1).sum(2)
    counts = correct.sum(1)
    as_far = int((np.ptp(shuffled, axis=1) >= np.ptp(counts)).sum())
    return (as_far + 1) / (RESAMPLES + 1)


def worst_and_best(correct: Sequence[np.ndarray]) -> tuple[int, int]:
    """The places of the conditions with the lowest and the highest accuracy; the first of equal ones."""
    means = [float(one.mean()) for one in correct]
    return means.index(min(means)), means.index(max(means))
