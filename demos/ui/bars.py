"""Pieces that several answers of the Pipelines tab share: scores as bars, a caution, a copy button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from demos.texts import per_cent

WRITING = "still writing"
"""What a growing answer says beside its checkpoint until it is complete."""

COPY = '<button type="button" class="task-copy">Copy</button>'
"""A button that copies the text of the preceding element with the class task-copied: js/shell/gallery.js."""


def score_bars(
    rows: Sequence[tuple[str, float]], caption: str, say: Callable[[float], str] = per_cent
) -> str:
    """A table of names and scores in the order given; each score is a bar from 0 to 1 and the text of
    `say(score)`.

    Names may be what a visitor typed. Screen readers get the caption, which is plain text too.
    """
    lines = "".join(
        f'<tr><th scope="row"><bdi>{escape(name)}</bdi></th>'
        f'<td style="--share: {min(1.0, max(0.0, score)):.4f}"><i></i></td><td>{say(score)}</td></tr>'
        for name, score in rows
    )
    return f'<table class="task-bars"><caption>{escape(caption)}</caption><tbody>{lines}</tbody></table>'


def careful(warning: str) -> str:
    """A caution below an answer, or nothing."""
    return f'<p class="task-note" role="note">Careful: {escape(warning)}</p>' if warning else ""
