"""The measures over many texts: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.models.specs import Origin

METRICS = {
    "tau_gradient": (
        "Attention against gradients",
        "Kendall's tau of attention with |gradient · input|, attention held fixed; 1 is the same order",
    ),
    "tau_leave_one_out": (
        "Attention against leave-one-out",
        "Kendall's tau of attention with the change of p when the word is deleted",
    ),
    "tau_random": (
        "Random orders of the words",
        "Kendall's tau by chance, over all orders of as many words: calculated, not drawn",
    ),
    "permutation": (
        "Change under shuffled attention",
        "median of |p_shuffled - p| over 100 shuffles (mean of the middle two)",
    ),
    "uniform": ("Change under uniform attention", "|p_uniform - p|, put in after training"),
    "adversary": (
        "Divergence of the adversary",
        "Jensen-Shannon divergence, at most 0.69, of the most different attention found within |dp| <= 0.05",
    ),
}


@dataclass(frozen=True)
class Metric:
    """One measure over the texts: mean, standard deviation, how many texts it is defined for and not (tau
    needs four words); for the taus the share that is significant at p <= .05 (else null)."""

    name: str
    title: str
    definition: str
    mean: float
    std: float
    significant: float
    count: int
    undefined: int


@dataclass(frozen=True, eq=False)
class DatasetMetrics:
    """The measures over the texts done so far. values: each measure of every text read, NaN (null) where
    undefined; chance_of_mean: the mean tau of so many pairs of random orders lies within ± this in 95 % of
    cases; largest_attention: the greatest weight of a word in each text; skipped: how many texts could not
    be read, and why the first of them."""

    done: int
    total: int
    skipped: int
    reason: str
    measures: tuple[Metric, ...]
    values: dict[str, np.ndarray]
    chance_of_mean: float
    largest_attention: np.ndarray
    origin: Origin
