"""A translation on a page: the sentence, how far the model trusts it, and a link to its attention."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from demos.links import demo_link
from demos.nlp.languages import NAMES
from demos.texts import per_cent
from demos.ui.bars import COPY, careful
from demos.ui.withheld import withheld

if TYPE_CHECKING:
    from demos.tasks.translation.schemas import TranslateResult


def show(result: TranslateResult) -> str:
    """The translation, its languages and probability, words that need care, and a link to its attention."""
    pair = f"{NAMES.get(result.source, result.source)} to {NAMES.get(result.target, result.target)}"
    trust = f"probability of a token, on average (geometric mean): {per_cent(result.probability)}"
    written = f"<bdi>{escape(result.translation)}</bdi>" if result.translation.strip() else "(nothing)"
    parts = [
        f'<p class="task-verdict task-copied" lang="{escape(result.target, quote=True)}">{written}</p>',
        COPY if result.translation.strip() else "",
        f'<p class="task-note">{escape(pair)} · {result.new_tokens} tokens · {trust}</p>',
        careful(result.warning),
    ]
    if result.translation.strip() and (address := demo_link("attention", "see", _pair(result))):
        parts.append(
            f'<p class="task-note"><a href="{escape(address, quote=True)}" target="_blank" rel="noopener">'
            "See the cross-attention of this pair in the viewer</a></p>"
        )
    return withheld(result.withheld, "".join(parts))


def _pair(result: TranslateResult) -> dict[str, str]:
    """The attention viewer's inputs for this pair."""
    pair = {"text": result.text, "text_pair": "", "target": result.translation}
    return pair | {"model": result.origin.checkpoint}
