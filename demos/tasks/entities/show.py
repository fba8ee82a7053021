"""Entities as a page shows them: the text with each marked and named, and a table of who found them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from demos.tasks.entities.headline import said
from demos.texts import per_cent
from demos.ui.bars import careful
from demos.ui.folded import folded
from demos.ui.withheld import withheld

if TYPE_CHECKING:
    from demos.tasks.entities.schemas import EntitiesResult, NamedEntity

LISTED = 200


def show(result: EntitiesResult) -> str:
    """The text with its entities marked and named, then a table of them and a warning about unread parts; if
    the model cannot read the text, only what rules found."""
    by_rule = tuple(one for one in result.entities if one.score is None)
    alone = _marked(result, by_rule) if result.withheld and by_rule else ""
    return withheld(result.withheld, _marked(result, result.entities)) + alone


def _marked(result: EntitiesResult, entities: Sequence[NamedEntity]) -> str:
    windows = f" in {result.windows} windows that overlap" if result.windows > 1 else ""
    count = f"{len(entities):,} found in {result.tokens:,} tokens{windows}."
    rows = "".join(
        f"<tr><td><bdi>{escape(one.text)}</bdi></td><td>{escape(said(one.label))}</td>"
        f"<td>{'' if one.score is None else per_cent(one.score)}</td><td>{escape(one.found_by)}</td></tr>"
        for one in entities[:LISTED]
    )
    more = f"; the first {LISTED}" if len(entities) > LISTED else ""
    table = (
        f'<table class="task-found"><caption>Found{more}</caption><thead><tr><th scope="col">Text</th>'
        '<th scope="col">Class</th><th scope="col">Score</th><th scope="col">Found by</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    text = marked_text(result.text, entities)
    listed = folded("Scores, and who found what", table if rows else "")
    return f'{text}<p class="task-note">{count}</p>{listed}{careful(result.warning)}'


def marked_text(text: str, entities: Sequence[NamedEntity]) -> str:
    """A text, escaped, with its entities marked."""
    parts, place = [], 0
    for one in entities:
        parts += [escape(text[place : one.start]), marked(one)]
        place = one.end
    return f'<p class="task-text" dir="auto">{"".join(parts)}{escape(text[place:])}</p>'


def marked(entity: NamedEntity) -> str:
    """An entity in its text, followed by its class in words, since many readers cannot rely on colour."""
    hue = sum(map(ord, entity.label)) * 47 % 360
    inner = f"<bdi>{escape(entity.text)}</bdi><small>{escape(said(entity.label))}</small>"
    return f'<mark style="--hue: {hue}">{inner}</mark>'
