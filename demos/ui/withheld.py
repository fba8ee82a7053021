"""An answer that is withheld, its reason first and the answer behind "Show anyway"; one that there is not."""

from __future__ import annotations

from html import escape

from demos.errors import StageError


def withheld(reason: str, answer: str) -> str:
    """The answer, HTML in which everything is escaped; behind "Show anyway" if there is a reason, plain text.

    What copies or downloads the answer belongs inside it, so that nothing is taken along unseen.
    """
    if not reason:
        return answer
    return (
        f'<p class="task-withheld" role="note">{escape(reason)}</p>'
        f'<details class="task-anyway"><summary>Show anyway</summary>{answer}</details>'
    )


def refused(error: StageError) -> str:
    """What stands in the place of an answer that there is not: what is wrong, and what to do about it."""
    return f'<p class="task-withheld" role="alert">{escape(str(error))}</p>'
