"""Words between two sides as HTML, a bar for each, before and after fine-tuning; typed text is escaped."""

from __future__ import annotations

import math
from html import escape

from demos.foundations.bias.headline import times
from demos.foundations.bias.schemas import BiasResult, Lean
from demos.nlp.mean_interval import mean_interval
from demos.nlp.wording import counted, shortened
from demos.ui.bars import careful
from demos.ui.guess import Told, ranked, told
from demos.ui.withheld import withheld

ENDS = (2, 3, 4, 5, 7, 10, 20, 50, 100, 1000, 10**4, 10**6, 10**9)
"""Ratios of odds at which the axis may end."""
SIDES = 30
ON_A_SLIDE = 8
"""Words on a slide, those that lean furthest: more would be too small for the last row of a hall."""


NOT_ON_SLIDES = ' class="stage-not-on-slides"'


def show(result: BiasResult) -> str:
    """A row for each word, the first side's on top."""
    end = next((end for end in ENDS if _reach(result) <= math.log(end)), ENDS[-1])
    far = sorted(result.words, key=lambda lean: -abs(mean_interval(lean.before).mean))[:ON_A_SLIDE]
    rows = "".join(_row(lean, math.log(end), lean in far) for lean in result.words)
    left, right = (escape(shortened(", ".join(side), SIDES)) for side in result.sides)
    ticks = "".join(
        f'<span style="left: {place}%">{said}</span>'
        for place, said in ((1, f"× {end:,}"), (50, "same odds"), (99, f"× {end:,}"))
    )
    table = (
        f'<table class="bias-words"><caption class="stage-not-on-slides">{_caption(result)}</caption>'
        f'<thead><tr><td></td><th scope="col"><p><bdi>← {left}</bdi><bdi>{right} →</bdi></p></th>'
        f"{_nearer(len(result.words) - len(far))}</tr>"
        f'<tr aria-hidden="true"><td></td><td class="bias-ticks">{ticks}</td>{_key(result)}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    left_out = ", ".join(result.left_out)
    note = f"left out, not one piece of the vocabulary: {left_out}." if left_out else ""
    return withheld(result.withheld, table + careful(note)) + told(to_guess(result))


def to_guess(result: BiasResult) -> Told:
    """The word that leans furthest to the second side; None where that should not have been asked."""
    if result.withheld:
        return None
    side = shortened(", ".join(result.sides[1]), SIDES)
    words = sorted(result.words, key=lambda lean: lean.word)  # their own order would tell
    leans = [-mean_interval(lean.before).mean for lean in words]
    return ranked([lean.word for lean in words], leans, f"Which word leans furthest to “{side}”?")


def _nearer(left: int) -> str:
    """A cell that says what a slide leaves out."""
    said = f"and {counted(left, 'word')} between" if left else ""
    return f'<td><span class="bias-nearer stage-on-slides">{said}</span></td>'


def _key(result: BiasResult) -> str:
    """A cell that says on a slide, which has no caption, what the two bars of a word are."""
    said = "filled: before fine-tuning, striped: after it" if result.words[0].after else ""
    return f'<td><span class="bias-nearer stage-on-slides">{said}</span></td>'


def _reach(result: BiasResult) -> float:
    values = [abs(one) for lean in result.words for one in (*lean.before, *lean.after)]
    means = [mean_interval(some) for lean in result.words for some in (lean.before, lean.after) if some]
    ends = [abs(end) for mean in means for end in (mean.low, mean.high) if not math.isnan(end)]
    return max([*values, *ends])


def _caption(result: BiasResult) -> str:
    said = "A bar to the left: in the gap this word's odds, among the words below, are higher with the words "
    said += "on the left; on the right, by how many times. "
    if result.pairs > 1:
        said += f"Bar: mean of {counted(result.pairs, 'pair')}; line: its 95 % interval; dots: single pairs; "
        said += "bold: the interval leaves out “same odds”. "
    if result.words[0].after:
        said += "Upper, filled: before fine-tuning on film reviews; lower, striped: after it."
    return escape(said.strip())


def _row(lean: Lean, end: float, on_slides: bool) -> str:
    before = _track(lean.before, end, "bias-before")
    after = _track(lean.after, end, "bias-after") if lean.after else ""
    said = _said(lean.before) + (f"<small>, then {_said(lean.after)}</small>" if lean.after else "")
    return (
        f'<tr{"" if on_slides else NOT_ON_SLIDES}><th scope="row"><bdi>{escape(lean.word)}</bdi></th>'
        f"<td>{before}{after}</td><td>{said}</td></tr>"
    )


def _said(values: tuple[float, ...]) -> str:
    mean = mean_interval(values)
    ratio = times(mean.mean).removesuffix(" times")
    if ratio == "1.0":
        return "same"
    said = f"← × {ratio}" if mean.mean > 0 else f"× {ratio} →"
    return f"<b>{said}</b>" if mean.is_clear else said


def _track(values: tuple[float, ...], end: float, kind: str) -> str:
    """The bar from the middle to the mean, its interval, and a dot for each pair. Positive leans left."""

    def place(value: float) -> float:
        return 50 - 49 * max(-1.0, min(1.0, value / end))

    mean = mean_interval(values)
    parts = [_piece("bias-bar", place(mean.mean), 50)]
    if len(values) > 1:
        parts.append(_piece("bias-interval", place(mean.low), place(mean.high)))
        parts += [f'<u style="left: {place(value):.1f}%"></u>' for value in values]
    return f'<div class="bias-track {kind}" aria-hidden="true">{"".join(parts)}</div>'


def _piece(name: str, one: float, other: float) -> str:
    low, high = sorted((one, other))
    return f'<i class="{name}" style="left: {low:.1f}%; width: {high - low:.1f}%"></i>'
