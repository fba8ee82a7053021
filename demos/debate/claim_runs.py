"""Writes one sentence per claim card: what this run's result shows about the claim.

If a run does not test a claim, with this model or at all, the sentence says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isnan
from statistics import median
from typing import Any

import numpy as np

from demos.debate.claims import AVERAGE, BILSTM, claims
from demos.debate.methods.ranking_schemas import ErasureAnswer, ErasureCurve, RankingAnswer
from demos.debate.methods.schemas import AdversaryAnswer, ConsistentAnswer, Permutations, UniformAnswer

WITHOUT_ATTENTION = ("gradient", "gradient_x_input", "integrated_gradients", "leave_one_out")
"""Rival methods that do not use attention weights, and that every model has."""
CLOSE = 0.05
"""The largest change of P(positive) that counts as the same answer, like the adversary's epsilon."""


def runs(experiment: str, answer: Any) -> list[str]:
    """The sentences of a run, in the order of the experiment's cards."""
    return [RUNS[claim["run"]](answer) for claim in claims()[experiment]]


def unsupported(experiment: str, why: str) -> list[str]:
    """The sentences for a model that the experiment does not support."""
    return [f"Not tested: {why}" for _ in claims()[experiment]]


def _permutation(answer: Permutations) -> str:
    count = len(answer.changes)
    moved = count - answer.unmoved
    if not moved:
        return f"Not tested: none of {count} shuffles moved a weight."
    flips = int(((answer.probabilities >= 0.5) != (answer.probability >= 0.5)).sum())
    which = f"{count} shuffles" if moved == count else f"{moved} of {count} shuffles that moved a weight"
    return (
        f"Half of the {which} change P(positive) by at most {answer.median_moved:.3f}, and {flips} change "
        f"the decision; the largest weight is {answer.largest_attention:.3f}."
    )


def _foreign_weights(answer: Permutations) -> str:
    return "Not tested: this run only shuffles, and says nothing of weights that a model would produce."


def _uniform(answer: UniformAnswer) -> str:
    trained = next(row for row in answer.rows if row.name == "retrained")
    if trained.probability is None:
        return (
            "Not tested on this text: of the model trained with uniform attention only figures are shipped."
        )
    return (
        f"One text tests no task. On this one the model trained with uniform attention gives P(positive) "
        f"{trained.probability:.3f}, this model {answer.probability:.3f}."
    )


def _post_hoc(answer: UniformAnswer) -> str:
    uniform = answer.rows[0].probability
    assert uniform is not None  # the first row is always computed
    return (
        f"Uniform weights put in after training take P(positive) from {answer.probability:.3f} to "
        f"{uniform:.3f}: a change of {abs(uniform - answer.probability):.3f}."
    )


def _adversary(answer: AdversaryAnswer) -> str:
    if not answer.found:
        return (
            f"No weights were found that leave P(positive) within {answer.epsilon}: not shown for this text."
        )
    return (
        f"Weights were found at a divergence of {answer.jsd:.2f} of at most 0.69 that change P(positive) by "
        f"{answer.tvd:.3f}."
    )


def _seeds(answer: AdversaryAnswer) -> str:
    others = [seed.jsd for seed in answer.seeds]
    if not answer.found or not others:
        return "Not tested: there is no adversary to compare with other seeds."
    least, most = min(others), max(others)
    place = "above" if answer.jsd > most else "below" if answer.jsd < least else "within"
    where = "means over SST's test sentences" if answer.seeds[0].mean else "on this text"
    return (
        f"The adversary's divergence, {answer.jsd:.2f}, lies {place} what {len(others)} other seeds reach: "
        f"{least:.2f} to {most:.2f} ({where})."
    )


def _consistent(answer: ConsistentAnswer) -> str:
    close = [point.here for point in answer.points if point.here.tvd <= CLOSE]
    count = len(answer.points)
    if not close:
        return f"On this text none of {count} trained adversaries answers within {CLOSE} of the first model."
    return (
        f"On this text {len(close)} of {count} trained adversaries answer within {CLOSE} of the first model; "
        f"the one of them that attends farthest from it has a divergence of "
        f"{max(here.jsd for here in close):.2f} of at most 0.69."
    )


def _no_chosen_words(answer: ConsistentAnswer) -> str:
    return "Not tested: these models were not trained to hide words that somebody chose."


def _agreement(answer: RankingAnswer) -> str:
    if answer.withheld:
        return f"Not tested: {answer.withheld}"
    model = {BILSTM: "In this BiLSTM", AVERAGE: "In this model without context"}.get(
        answer.origin.checkpoint, "The claim is not about transformers; in this one's last layer"
    )
    gradient, loo = (_tau(answer, "attention", name) for name in ("gradient_fixed", "leave_one_out"))
    return (
        f"{model} attention has a tau of {_written(gradient)} with gradients and of {_written(loo)} with "
        f"leave-one-out; by chance {_band(answer)}."
    )


def _pairs(answer: RankingAnswer) -> str:
    if answer.withheld:
        return f"Not tested: {_few(answer)}."
    found = _rivals(answer)
    if not found:
        return "Not tested: no two of the methods without attention give this text an order."
    told = (
        f"the {len(found)} pairs of methods that do not use attention have a tau of {_written(min(found))} "
        f"to {_written(max(found))}, median {_written(median(found))}; by chance {_band(answer)}."
    )
    if answer.origin.checkpoint in (BILSTM, AVERAGE):
        return f"Not tested: this model is no transformer. Here {told}"
    return f"On this text {told}"


def _position(answer: RankingAnswer) -> str:
    if answer.withheld:
        return f"No run can test a position, and {_few(answer)}."
    own = [tau for name in WITHOUT_ATTENTION if not isnan(tau := _tau(answer, "attention", name))]
    among = _rivals(answer)
    if not own or not among:
        return "No run can test a position, and this text gives no order to compare."
    return (
        f"No run can test a position. Here such methods agree with each other by a median tau of "
        f"{_written(median(among))}, and with attention by {_written(median(own))}."
    )


def _traced_back(answer: RankingAnswer) -> str:
    names = [method.name for method in answer.methods]
    if "rollout" not in names:
        return "Not tested: this model has one layer of attention, so that there is nothing to trace back."
    if answer.withheld:
        return f"Not tested: {_few(answer)}."
    last, rollout, flow = (
        _written(_tau(answer, name, "leave_one_out")) for name in ("attention", "rollout", "flow")
    )
    return (
        f"With leave-one-out the last layer's attention has a tau of {last}, rollout of {rollout}, flow of "
        f"{flow}; by chance {_band(answer)}."
    )


def _erased(answer: ErasureAnswer) -> str:
    own, gradient, random = (_curve(answer, name) for name in ("attention", "gradient", "random"))
    falls = [_written(curve.area_comprehensiveness) for curve in (own, gradient, random)]
    flips = [
        "never flips" if isnan(curve.flip) else f"flips at {round(100 * curve.flip)} % of the words"
        for curve in (own, gradient)
    ]
    return (
        f"The probability of “{answer.predicted}” falls on average by {falls[0]} without the words that "
        f"attention puts first (the decision {flips[0]}), by {falls[1]} without the gradient's ({flips[1]}), "
        f"by {falls[2]} in random order."
    )


def _rationale(answer: ErasureAnswer) -> str:
    own, random = (_curve(answer, name) for name in ("attention", "random"))
    return (
        f"Attention's first words: comprehensiveness {_written(own.area_comprehensiveness)} (random order "
        f"{_written(random.area_comprehensiveness)}), sufficiency {_written(own.area_sufficiency)} (random "
        f"order {_written(random.area_sufficiency)})."
    )


def _convincing(answer: ErasureAnswer) -> str:
    return "Not tested: the curves ask what the model did, and nobody was asked what convinces."


def _measured_before(answer: Any) -> str:
    return "Not tested on your text: these models were trained and measured once, on SST."


def _curve(answer: ErasureAnswer, name: str) -> ErasureCurve:
    return next(curve for curve in answer.methods if curve.name == name)


def _few(answer: RankingAnswer) -> str:
    count = len(answer.words)
    return f"{count} {'word has' if count == 1 else 'words have'} no tau"


def _tau(answer: RankingAnswer, first: str, second: str) -> float:
    names = [method.name for method in answer.methods]
    return float(answer.tau[names.index(first), names.index(second)])


def _rivals(answer: RankingAnswer) -> list[float]:
    """The defined taus between different methods that do not use attention."""
    pairs = [(a, b) for i, a in enumerate(WITHOUT_ATTENTION) for b in WITHOUT_ATTENTION[:i]]
    return [tau for a, b in pairs if not isnan(tau := _tau(answer, a, b))]


def _band(answer: RankingAnswer) -> str:
    return f"within ±{answer.chance:.2f} in 95 % of cases"


def _written(value: float) -> str:
    if isnan(value):
        return "undefined"
    return f"{np.round(value, 2) + 0.0:.2f}".replace("-", "−")


RUNS: Mapping[str, Callable[[Any], str]] = {
    "permutation": _permutation,
    "foreign_weights": _foreign_weights,
    "uniform": _uniform,
    "post_hoc": _post_hoc,
    "adversary": _adversary,
    "seeds": _seeds,
    "consistent": _consistent,
    "no_chosen_words": _no_chosen_words,
    "agreement": _agreement,
    "pairs": _pairs,
    "position": _position,
    "traced_back": _traced_back,
    "erased": _erased,
    "rationale": _rationale,
    "convincing": _convincing,
    "measured_before": _measured_before,
}
