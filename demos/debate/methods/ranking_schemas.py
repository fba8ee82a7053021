"""The results of question 2's experiments: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.models.specs import Origin


@dataclass(frozen=True)
class Method:
    """A way to rank words. Signed scores say towards which class a word speaks; others how much."""

    name: str
    title: str
    definition: str
    signed: bool


@dataclass(frozen=True, eq=False)
class RankingAnswer:
    """scores [m, n] of every method and word; ranks [m, n], 1 the most important, ties share the mean
    rank; tau and p_value [m, m]: Kendall's tau-b between absolute scores, null where undefined. chance: 95 %
    of all pairs of orders of so many words have a tau within ± this (exact, for orders without ties).
    withheld says why there is no tau at all, else it is empty.

    erasure says how leave-one-out takes words away. completeness: the sum of the integrated gradients, to
    be compared with p(text) - p(baseline).
    """

    words: tuple[str, ...]
    unknown: tuple[bool, ...]
    unread_symbols: tuple[str, ...]
    probability: float
    methods: tuple[Method, ...]
    scores: np.ndarray
    ranks: np.ndarray
    tau: np.ndarray
    p_value: np.ndarray
    chance: float
    withheld: str
    erasure: str
    baseline: str
    completeness: float
    completeness_expected: float
    origin: Origin


@dataclass(frozen=True, eq=False)
class ErasureCurve:
    """One method's curves over the levels, areas over 1, 5, 10, 20 and 50 % of the words, and the share
    of words removed until the decision changes (null: never)."""

    name: str
    title: str
    comprehensiveness: np.ndarray
    sufficiency: np.ndarray
    area_comprehensiveness: float
    area_sufficiency: float
    flip: float


@dataclass(frozen=True, eq=False)
class ErasureAnswer:
    """probability of the predicted class, and what is left of it when a share of the words, the top of
    each ranking, is taken away (comprehensiveness) or kept alone (sufficiency); fractions [L] of words;
    random_falls: the area of comprehensiveness of each random order."""

    words: tuple[str, ...]
    predicted: str
    probability: float
    erasure: str
    fractions: np.ndarray
    methods: tuple[ErasureCurve, ...]
    random_falls: np.ndarray
    origin: Origin
