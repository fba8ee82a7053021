"""What the experiments of question 1 show: does the output depend on these weights?

Each sentence says only what its own run holds: that some other weights change an answer is a fact about them;
how often random ones would is an interval; and a distance stands beside what other training seeds differ by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from demos.debate.headlines.wording import LARGEST_JSD, amount, counted, per_cent, probability, span
from demos.debate.methods.schemas import (
    AdversaryAnswer,
    ConsistentAnswer,
    Permutations,
    PredictInputs,
    Prediction,
    UniformAnswer,
)

CLOSE = 0.05
"""The largest change of P(positive) that counts as the same answer, like the adversary's epsilon."""
STARTS_SPREAD = 0.05
"""How far the divergence of an adversary may lie off with other random starts: see `adversary.told`."""


def prediction(inputs: PredictInputs, answer: Prediction) -> str:
    """The answer, and how far all weight on one word would take it. Where the logit is linear in the weights,
    no weights at all lead outside that range."""
    told = f"P(positive) is {probability(answer.probability)}"
    if len(answer.words) < 2:
        return f"{told}; a single word has only one possible weight, so that there is nothing to move."
    if inputs.weights is not None:
        told = (
            f"With these weights P(positive) is {probability(answer.probability_under)} instead of "
            f"{probability(answer.probability)}"
        )
        told += _decision(answer.probability, [answer.probability_under])
    least, most = min(answer.alone), max(answer.alone)
    reached = _from_to(least, most)
    ends = _changes(answer.probability, [least, most])
    if answer.contributions is None:
        word = "changes" if ends else "does not change"
        return f"{told}; all weight on one word, each in turn, gives {reached} and {word} the decision."
    power = "some weights change the decision" if ends else "no weights change the decision"
    return f"{told}; under any weights on these words it lies {reached}: {power}."


def permutation(answer: Permutations) -> str:
    """How many shuffles change the decision, with an interval for all shuffles, and the median change."""
    from demos.nlp.in_context import wilson

    moved = len(answer.probabilities) - answer.unmoved
    if not moved:
        why = "there is one word" if len(answer.words) == 1 else "all weights are equal"
        return f"Nothing was tried: no shuffle moves a weight where {why}."
    flips = _changes(answer.probability, answer.probabilities)
    least, most = wilson(flips / moved, moved)
    tried = counted(moved, "shuffle") + (" that moved a weight" if answer.unmoved else "")
    share = f"of all shuffles {per_cent(least)} to {per_cent(most)} % would"
    median = f"the median change of P(positive) is {amount(answer.median_moved)}"
    if not flips:
        told = f"None of {tried} changes the decision ({share}); {median}"
        return f"{told}: here the decision did not follow where the weights stand."
    change = "changes" if flips == 1 else "change"
    told = f"{flips} of {tried} {change} the decision ({share}); {median}"
    return f"{told}: here the decision can depend on where the weights stand."


def uniform(answer: UniformAnswer) -> str:
    """How far equal weights move the answer, beside other seeds of the same model where these are known."""
    first, *more = answer.rows
    assert first.probability is not None  # the first row is always computed
    if len(answer.words) < 2:
        return "A single word has all the weight already: equal weights change nothing."
    own = answer.probability
    change = abs(first.probability - own)
    told = (
        f"Equal weights put in after training move P(positive) by {amount(change)}, from {probability(own)} "
        f"to {probability(first.probability)}{_decision(own, [first.probability])}"
    )
    seeds = [seed.tvd for seed in answer.seeds if seed.tvd is not None and not seed.mean]
    if seeds:
        told += f"; {_beside(change, seeds)} ({span(seeds)})"
    trained = next((row.probability for row in more if row.name == "retrained"), None)
    if trained is not None:
        return f"{told}; trained with them: {probability(trained)}."
    everywhere = next((row.probability for row in more if row.name == "all"), None)
    if everywhere is None:
        return f"{told}."
    return (
        f"{told}; equal weights in all layers, far from what it met in training, by "
        f"{amount(abs(everywhere - own))}."
    )


def adversary(answer: AdversaryAnswer) -> str:
    """How far weights can go for nearly the same answer, beside what other seeds differ by."""
    if len(answer.words) < 2:
        return "A single word has only one possible weight: there is no other to search for."
    if answer.step < answer.steps:
        return f"Searching, step {answer.step} of {answer.steps}: {amount(answer.jsd)} from its own so far."
    if not answer.found:
        return f"No other weights were found that leave P(positive) within {answer.epsilon} of the model's."
    seeds = [seed.jsd for seed in answer.seeds]
    told = (
        f"Weights {amount(answer.jsd)} from the model's own (at most {LARGEST_JSD}; other starts "
        f"±{STARTS_SPREAD}) move P(positive) by {amount(answer.tvd)}"
    )
    if not seeds:
        return f"{told}."
    kind = "over many texts, " if answer.seeds[0].mean else ""
    return f"{told}: {_farther(answer.jsd, seeds)} ({kind}{span(seeds)})."


def consistent(answer: ConsistentAnswer) -> str:
    """How many trained adversaries answer alike here, and how far the farthest of them looks away."""
    if len(answer.words) < 2:
        return "A single word leaves nowhere else to look: every model gives it all the weight."
    close = [point.here.jsd for point in answer.points if point.here.tvd <= CLOSE]
    count = len(answer.points)
    if not close:
        return f"None of {count} models trained to look elsewhere answers within {CLOSE} of the first here."
    told = (
        f"{len(close)} of {counted(count, 'model')} trained to look elsewhere answer within {CLOSE} of the "
        f"first here; the farthest of them looks {amount(max(close))} away (the most is {LARGEST_JSD})"
    )
    others = [seed.jsd for seed in answer.seeds]
    return f"{told}; over many texts other seeds {span(others)}." if others else f"{told}."


def _from_to(least: float, most: float) -> str:
    """ "between 0.31 and 0.98", or one number where both are written alike."""
    low, high = probability(least), probability(most)
    return f"at {low}" if low == high else f"between {low} and {high}"


def _changes(own: float, others: Iterable[float]) -> int:
    """How many of the other answers fall on the other side of 0.5."""
    return sum((float(other) >= 0.5) != (own >= 0.5) for other in others)


def _decision(own: float, others: Sequence[float]) -> str:
    return ", which changes the decision" if _changes(own, others) else ", the same decision"


def _beside(change: float, seeds: Sequence[float]) -> str:
    """A change of the answer beside the changes that other training seeds make."""
    if change > max(seeds):
        return f"more than any of {counted(len(seeds), 'other seed')} does"
    if change < min(seeds):
        return f"less than any of {counted(len(seeds), 'other seed')} does"
    return "no more than other seeds of this model do"


def _farther(jsd: float, seeds: Sequence[float]) -> str:
    """An adversary's divergence beside that of other seeds. Within the spread of the search's starts of
    either end it is neither farther nor nearer."""
    if jsd > max(seeds) + STARTS_SPREAD:
        return "farther than any other seed of this model"
    if jsd < min(seeds) - STARTS_SPREAD:
        return "nearer than any other seed of this model"
    return "about as far as other seeds of this model"
