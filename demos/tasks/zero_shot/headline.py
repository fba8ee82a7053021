"""The label that fits a text best, in one sentence."""

from __future__ import annotations

from demos.nlp.wording import counted, decimals, decision, partly_read, quoted, unreadable, whole_per_cent
from demos.tasks.zero_shot.schemas import ZeroShotResult


def headline(_: object, result: ZeroShotResult) -> str:
    """The best label and how sure the model is, by the meaning of the method's scores."""
    if result.withheld:
        return unreadable("this text or its labels", result.instead)
    return f"{_SAID[result.method](result)}{partly_read(result.warning)}."


def _similarity(result: ZeroShotResult) -> str:
    first, *others = result.labels
    following = f", then {quoted(others[0].label)} {decimals(others[0].score)}" if others else ""
    return f"{quoted(first.label)} is closest, cosine {decimals(first.score)}{following}: no probabilities"


def _entailment(result: ZeroShotResult) -> str:
    count, best = len(result.labels), result.labels[0]
    if not result.multi_label:
        ranked = [(one.label, one.score) for one in result.labels]
        return f"Likeliest of {counted(count, 'label')} to follow from the text: {decision(ranked)}"
    holding = sum(one.score > 0.5 for one in result.labels)
    share = whole_per_cent(best.score)
    return (
        f"{holding} of {counted(count, 'label')} follow rather than not; first {quoted(best.label)}, {share}"
    )


def _likelihood(result: ZeroShotResult) -> str:
    ranked = [(one.label, one.score) for one in result.labels]
    said = f"Likeliest of {counted(len(ranked), 'label')}: {decision(ranked)}"
    first = max(result.labels, key=lambda one: one.uncorrected or 0.0)
    if first is not result.labels[0]:
        said += (
            f"; before the correction {quoted(first.label, 24)}, {whole_per_cent(first.uncorrected or 0.0)}"
        )
    return said


_SAID = {"similarity": _similarity, "entailment": _entailment, "likelihood": _likelihood}
