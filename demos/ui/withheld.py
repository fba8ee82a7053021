"""Answers that are withheld, with the reason first and a "Show anyway", and answers that failed."""

from __future__ import annotations

from html import escape

from demos.errors import StageError

SHOW_ANYWAY = "Show anyway"
ANYWAY = "stage-anyway"
"""The class of a button that asks for what is withheld: links and saved pages know whether it was pressed."""


def withheld(reason: str, answer: str) -> str:
    """Returns the answer, HTML with everything escaped; behind "Show anyway" if there is a reason (plain
    text).

    Buttons that copy or download the answer belong inside it, so that nobody takes it along unseen.
    """
    if not reason:
        return answer
    return (
        f'<p class="task-withheld" role="note">{escape(reason)}</p>'
        f'<details class="task-anyway"><summary>{SHOW_ANYWAY}</summary>{answer}</details>'
    )


def refused(error: StageError) -> str:
    """Takes the place of an answer that failed: what is wrong, and what to do about it."""
    return f'<p class="task-withheld" role="alert">{escape(str(error))}</p>'
