"""Inputs and results of question 1's experiments: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from demos.models.specs import Origin

TrialText = Annotated[str, Field(title="Text", description="one or two sentences, at most 100 words")]
Classifier = Annotated[str, Field(description="a classifier of the catalog")]
Anyway = Annotated[bool, Field(description="whether to go on where the model cannot read most of the words")]


@dataclass(frozen=True)
class TrialInputs:
    """A text to put on trial, and the classifier."""

    text: TrialText
    model: Classifier = "debate-bilstm"
    anyway: Anyway = False


@dataclass(frozen=True)
class PredictInputs:
    """The same, with weights of the visitor's own."""

    text: TrialText
    model: Classifier = "debate-bilstm"
    weights: Annotated[
        tuple[float, ...] | None,
        Field(
            description="one non-negative number per word, scaled to sum 1 and given to every head, or "
            "nothing"
        ),
    ] = None
    anyway: Anyway = False


@dataclass(frozen=True, eq=False)
class Prediction:
    """words [n] as the model takes them, and which of them it cannot read; unread_symbols:
    those of the text, emoji for one, that it cannot read either; attention [heads, n] of the
    model over the words, every row sums to 1; special [heads]: the share of attention outside the words;
    probability: P(positive); weights [n]: those that were tried (the mean of the heads if none were
    given), with probability_under; alone [n]: P(positive) with all weight on that word. contributions [n] and
    bias: the logit of P(positive) is bias + sum_i weights_i * contributions_i; null where it is not linear in
    the weights, as in a transformer."""

    words: tuple[str, ...]
    unknown: tuple[bool, ...]
    unread_symbols: tuple[str, ...]
    attention: np.ndarray
    special: np.ndarray
    probability: float
    weights: np.ndarray
    probability_under: float
    alone: np.ndarray
    contributions: np.ndarray | None
    bias: float | None
    origin: Origin


@dataclass(frozen=True, eq=False)
class Permutations:
    """probabilities [100] under shuffled attention, changes [100] = |p_shuffled - p| and their median, as in
    Jain & Wallace's code; unmoved: how many of the shuffles left every weight where it was, which happens
    where there are few words; median_moved: the median of the others, null if there are none;
    largest_attention: the greatest weight of a word, mean of the heads."""

    words: tuple[str, ...]
    probability: float
    probabilities: np.ndarray
    changes: np.ndarray
    median: float
    unmoved: int
    median_moved: float
    largest_attention: float
    origin: Origin


@dataclass(frozen=True)
class UniformRow:
    """One way to make attention uniform. probability is None where only figures were shipped, not a model."""

    name: str
    title: str
    probability: float | None
    detail: str


@dataclass(frozen=True)
class Start:
    """One start of the adversary: its divergence from the model's attention to two decimals, |dp|, and if
    that is allowed."""

    jsd: float
    tvd: float
    allowed: bool


@dataclass(frozen=True)
class Seed:
    """The same model trained from another seed: how far its attention and its output lie from the model's.

    `mean` says whether the figures are means over SST's test sentences, because the seed's weights are
    not shipped, or hold for this sentence. tvd is None where it was not recorded.
    """

    name: str
    jsd: float
    tvd: float | None
    mean: bool


@dataclass(frozen=True)
class UniformAnswer:
    """P(positive) with the model's own attention and with uniform ones; seeds: how far the same model lies
    from this one if trained from another seed."""

    words: tuple[str, ...]
    probability: float
    rows: tuple[UniformRow, ...]
    seeds: tuple[Seed, ...]
    origin: Origin


@dataclass(frozen=True, eq=False)
class AdversaryAnswer:
    """What the search has after `step` steps: attention [heads, n] that differs most from the model's own
    among the starts that change the output by at most epsilon now.

    jsd (mean of the heads, in nats, at most ln 2, to two decimals: other random starts end 0.02 to 0.05
    away) and tvd = |p - p_adversary|; `found` is False where no start stayed within epsilon, and attention
    is then the model's own.
    """

    words: tuple[str, ...]
    step: int
    steps: int
    epsilon: float
    own: np.ndarray
    attention: np.ndarray
    probability: float
    probability_adversary: float
    tvd: float
    jsd: float
    found: bool
    starts: tuple[Start, ...]
    seeds: tuple[Seed, ...]
    origin: Origin


@dataclass(frozen=True, eq=False)
class Here:
    """What another model makes of this sentence: attention [n], P(positive), distances to the base's."""

    attention: np.ndarray
    probability: float
    tvd: float
    jsd: float


@dataclass(frozen=True)
class ConsistentPoint:
    """A model trained with strength lambda to agree with the base and attend elsewhere; tvd, jsd and f1
    are means over SST's test sentences."""

    name: str
    strength: float
    tvd: float
    jsd: float
    f1: float
    here: Here


@dataclass(frozen=True)
class Other:
    """Another model's mean distances from the base over SST's test sentences, and its F1."""

    name: str
    tvd: float
    jsd: float
    f1: float


@dataclass(frozen=True, eq=False)
class ConsistentAnswer:
    """Wiegreffe & Pinter's model-consistent adversaries, on SST's test sentences and on this one."""

    words: tuple[str, ...]
    own: np.ndarray
    probability: float
    points: tuple[ConsistentPoint, ...]
    seeds: tuple[Other, ...]
    uniform: Other
    origin: Origin
