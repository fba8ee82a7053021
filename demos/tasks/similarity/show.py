"""Similarities on a page: a heat map, a map of the sentences, and what was left out."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from demos.tasks.similarity.sentence_map import picture
from demos.ui.bars import careful
from demos.ui.withheld import withheld

if TYPE_CHECKING:
    from demos.tasks.similarity.schemas import SimilarityResult


def show(result: SimilarityResult) -> str:
    """The heat map, the map, and a caution if the model could not read words or whole sentences."""
    out = "".join(
        f'<p class="task-note" role="note">Sentence {one.number} is left out: {escape(one.reason)}</p>'
        for one in result.left_out
    )
    answer = (
        out
        + careful(result.warning)
        + heat_map(result)
        + picture(result.sentences, result.places, result.explained)
    )
    return withheld(result.withheld, answer)


def heat_map(result: SimilarityResult) -> str:
    """The cosines as an HTML table; colour strength is the cosine, and every cell has its number."""
    numbers = range(1, len(result.sentences) + 1)
    head = "".join(
        f'<th scope="col" title="{escape(sentence, quote=True)}">{i}</th>'
        for i, sentence in zip(numbers, result.sentences, strict=True)
    )
    rows = "".join(
        f'<tr><th scope="row"><span class="stage-number">{i}</span> <bdi>{escape(sentence)}</bdi></th>'
        + "".join(_cell(float(value)) for value in row)
        + "</tr>"
        for i, sentence, row in zip(numbers, result.sentences, result.cosine, strict=True)
    )
    return (
        '<div class="stage-scroll"><table class="stage-heat"><caption>Cosine similarity</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(value: float) -> str:
    if math.isnan(value):
        return "<td>–</td>"
    return f'<td style="--heat: {max(0.0, min(1.0, value)):.3f}">{value:.2f}</td>'
