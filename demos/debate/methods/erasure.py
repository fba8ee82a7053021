"""What remains of a decision when words are removed in the order of a ranking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

SHARES = (0.01, 0.05, 0.10, 0.20, 0.50)
"""Shares of words, rounded up: the bins of ERASER (DeYoung et al. 2020, arXiv:1911.03429, section 4.3)."""
MAX_LEVELS = 12
RANDOM_ORDERS = 19
"""So many that a ranking chosen beforehand beats all of them by chance in 1 of 20 cases."""

Predict = Callable[[np.ndarray], np.ndarray]
"""Maps kept words [v, n] to the probability [v] of the class that was predicted for the whole text."""


@dataclass(frozen=True, eq=False)
class Curve:
    """How much of the predicted class's probability a ranking explains.

    Over the levels (numbers of words, from 0 to n): comprehensiveness [L] = p(x) - p(x without its top
    words), sufficiency [L] = p(x) - p(top words alone). The areas are means over SHARES. flip: the share of
    words to remove, most important first, until the decision changes (Serrano & Smith 2019, section 4), to
    the precision of the levels; NaN if it never does. All NaN where the ranking is undefined.
    """

    comprehensiveness: np.ndarray
    sufficiency: np.ndarray
    area_comprehensiveness: float
    area_sufficiency: float
    flip: float


def levels(words: int) -> np.ndarray:
    """Numbers of words to remove: all for short texts, otherwise about MAX_LEVELS and the SHARES."""
    evenly = np.rint(np.linspace(0, words, min(words, MAX_LEVELS) + 1)).astype(int)
    return np.union1d(evenly, _bins(words))


def curves(
    scores: Mapping[str, np.ndarray], predict: Predict, seed: int = 0
) -> tuple[dict[str, Curve], np.ndarray]:
    """Curves of every ranking [n], and of "random": the mean over RANDOM_ORDERS orders (its flip is the mean
    over the orders that flip). Beside them the area of comprehensiveness of each of these orders.

    All variants of all rankings go to `predict` at once, without duplicates.
    """
    words = len(next(iter(scores.values())))
    steps = levels(words)
    chance = np.random.default_rng(seed)
    defined = {name: order_of(score) for name, score in scores.items() if not np.isnan(score).any()}
    orders = [*defined.values(), *(chance.permutation(words) for _ in range(RANDOM_ORDERS))]
    top = np.stack([_top(order, steps) for order in orders])  # [orders, L, n]
    variants, back = np.unique(np.concatenate([~top, top]).reshape(-1, words), axis=0, return_inverse=True)
    without, alone = predict(variants)[back].reshape(2, len(orders), len(steps))
    found = [_curve(a, b, steps, words) for a, b in zip(without, alone, strict=True)]
    nothing, nan = np.full(len(steps), np.nan), float("nan")
    undefined = Curve(nothing, nothing, nan, nan, nan)
    named = dict(zip(defined, found, strict=False))
    random = found[len(defined) :]
    falls = np.array([curve.area_comprehensiveness for curve in random])
    return {name: named.get(name, undefined) for name in scores} | {"random": _mean(random)}, falls


def order_of(score: np.ndarray) -> np.ndarray:
    """Words from the most to the least important by absolute score; ties keep the order of the text."""
    return np.argsort(-np.abs(score), kind="stable")


def _bins(words: int) -> np.ndarray:
    return np.ceil(np.array(SHARES) * words).astype(int)


def _top(order: np.ndarray, steps: np.ndarray) -> np.ndarray:
    place = np.argsort(order)
    return place[None] < steps[:, None]


def _curve(without: np.ndarray, alone: np.ndarray, steps: np.ndarray, words: int) -> Curve:
    whole = without[0]
    at = np.searchsorted(steps, _bins(words))
    flipped = np.flatnonzero((without > 0.5) != (whole > 0.5))
    flip = steps[flipped[0]] / words if len(flipped) else float("nan")
    comprehensiveness, sufficiency = whole - without, whole - alone
    areas = float(comprehensiveness[at].mean()), float(sufficiency[at].mean())
    return Curve(comprehensiveness, sufficiency, *areas, float(flip))


def _mean(found: list[Curve]) -> Curve:
    flips = [curve.flip for curve in found]
    return Curve(
        np.mean([curve.comprehensiveness for curve in found], axis=0),
        np.mean([curve.sufficiency for curve in found], axis=0),
        float(np.mean([curve.area_comprehensiveness for curve in found])),
        float(np.mean([curve.area_sufficiency for curve in found])),
        # If no order flips, there is nothing to average.
        float(np.nanmean(flips)) if not np.isnan(flips).all() else float("nan"),
    )
