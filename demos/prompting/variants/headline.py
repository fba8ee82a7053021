"""Whether the wording changes the answers, in one sentence."""

from __future__ import annotations

from demos.nlp.wording import counted
from demos.prompting.variants.schemas import MatrixAnswer, MatrixInputs


def headline(inputs: MatrixInputs, answer: MatrixAnswer) -> str:
    """On how many inputs the wordings disagree, plain and calibrated; "" before two wordings were asked."""
    asked, count = len(answer.variants), len(answer.queries)
    if asked < 2:
        return ""
    changed, calibrated = count - answer.unanimous, count - answer.calibrated_unanimous
    of = f"{changed} of {counted(count, 'answer')}" if changed else f"none of {counted(count, 'answer')}"
    done = asked == len(inputs.variants)
    so_far = "" if done else f"So far, with {asked} of {len(inputs.variants)} wordings: "
    subject = "The wording" if done else "the wording"
    return f"{so_far}{subject} changes {of}; after calibration {calibrated or 'none'}."
