"""A growing text on a page: each token shaded by how unsure the model was."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from demos.texts import per_cent
from demos.ui.bars import COPY, WRITING

if TYPE_CHECKING:
    from demos.nlp.writing import GenerateResult

LEAST_SURE = 5


def remark(result: GenerateResult) -> str:
    """The number of tokens, the speed unless it is unknown, and why the text ended, in words."""
    ends = {"": WRITING, "end": "the model ended here", "length": "stopped at the limit of new tokens"}
    count = "1 token" if result.new_tokens == 1 else f"{result.new_tokens} tokens"
    took = ""
    if result.seconds:
        took = f" in {result.seconds:.1f} s, {result.new_tokens / result.seconds:.0f} a second"
    return f"{count}{took}, {ends[result.finished]}"


def show(result: GenerateResult) -> str:
    """The text with its tokens shaded, the tokens of which the model was least sure, and what it had read."""
    shaded = "".join(
        f'<span style="--doubt: {1 - piece.probability:.2f}" title="{per_cent(piece.probability)}">'
        f"{escape(piece.text)}</span>"
        for piece in result.pieces
    )
    nothing = '<p class="task-note">(nothing was written)</p>' if result.finished and not result.text else ""
    return (
        f'<p class="task-written task-copied" dir="auto">{shaded}</p>{COPY if shaded else nothing}'
        f"{_least_sure(result)}"
        "<details><summary>What the model read</summary>"
        f'<pre class="task-prompt" dir="auto">{escape(result.prompt)}</pre></details>'
    )


def _least_sure(result: GenerateResult) -> str:
    if not result.finished or result.probability is None:
        return ""
    ranked = sorted(result.pieces, key=lambda piece: piece.probability)[:LEAST_SURE]
    words = ", ".join(f"<q>{escape(piece.text)}</q> {per_cent(piece.probability)}" for piece in ranked)
    return (
        f'<p class="task-note">The model gave each token {per_cent(result.probability)} on average, which is '
        "how sure it was of the wording, not whether it is true; the stronger the shade, the less sure. "
        f"Least sure: {words}.</p>"
    )
