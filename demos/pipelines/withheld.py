"""An answer that is withheld: the reason stands first, the answer only behind "Show anyway"."""

from __future__ import annotations

from html import escape


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
