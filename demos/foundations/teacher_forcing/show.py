"""Losses by position as a chart: what one caption cannot tell."""

from __future__ import annotations

from html import escape

from demos.foundations.teacher_forcing.figures import Losses, measured
from demos.foundations.teacher_forcing.schemas import TITLES
from demos.nlp.wording import decimals

WIDTH, HEIGHT, LEFT, FOOT, TOP = 340, 190, 34, 26, 12
TWO_SIGMA = 2


def by_position() -> str:
    """A chart for each model that was measured, or ""."""
    if not measured():
        return ""
    top = 1.08 * max(  # one scale for all charts
        max(place.right + TWO_SIGMA * place.right_error, place.own + TWO_SIGMA * place.own_error)
        for losses in measured().values()
        for place in losses.places
    )
    charts = "".join(_chart(TITLES[name], losses, top) for name, losses in measured().items())
    said = " ".join(_said(TITLES[name], losses) for name, losses in measured().items())
    return (
        '<h3 class="stage-panel">Over many captions: loss by position</h3>'
        f'<p class="tf-said">{escape(said)}</p><p class="tf-said">{escape(_reaches())}</p>'
        '<p class="tf-legend"><span class="tf-key tf-is-right"></span> right history '
        '<span class="tf-key tf-is-own"></span> its own history; bars: two standard errors</p>'
        f'<div class="tf-charts stage-measured">{charts}</div>'
        '<p class="stage-caption stage-not-on-slides">Greedy writing; held-out captions of test_2016. At '
        "each place of what the model wrote, its own loss is that of the tokens with which the reference "
        "could go on there: those behind the beginnings of the reference that are nearest to the text so "
        "far (edit distance; if several are equally near, their probabilities are added). Where the text so"
        " far is the reference's, this is the usual loss. A good translation in other words counts as "
        "wrong.</p>"
    )


def _said(title: str, losses: Losses) -> str:
    gap, error = losses.difference, TWO_SIGMA * losses.error
    if abs(gap) <= error:
        return f"{title}: no difference told apart from 0 ({decimals(gap)} ± {decimals(error)} nats)."
    more = "more" if gap > 0 else "less"
    return (
        f"{title}: with its own history {decimals(abs(gap))} ± {decimals(error)} nats a token {more} than "
        f"with the right one, over {losses.captions} captions."
    )


def _reaches() -> str:
    """How far a changed word reaches, over all models."""
    each = []
    for name, losses in measured().items():
        reach = losses.reach
        near, *_, far = reach.far
        each.append(
            f"{TITLES[name]}: of {reach.changes:,} changed words in {reach.captions} captions, "
            f"{_share(near.share, near.error)} move the very next first choice, and "
            f"{_share(far.share, far.error)} one that is {far.distance} or more tokens behind."
        )
    return " ".join(each)


def _share(share: float, error: float) -> str:
    return f"{100 * share:.0f} ± {100 * TWO_SIGMA * error:.0f} %"


def _chart(title: str, losses: Losses, top: float) -> str:
    """Two bars for each range of positions, with their errors, on an axis that ends at `top`."""
    step = (WIDTH - LEFT) / len(losses.places)
    wide = step * 0.34

    def high(value: float) -> float:
        return (HEIGHT - FOOT - TOP) * max(0.0, value) / top

    parts = [
        f'<line class="tf-axis" x1="{LEFT}" y1="{HEIGHT - FOOT}" x2="{WIDTH}" y2="{HEIGHT - FOOT}"/>',
        *(_tick(value, HEIGHT - FOOT - high(value)) for value in _ticks(top)),
    ]
    rows = []
    for number, place in enumerate(losses.places):
        name = f"{place.first}–{place.last}" if place.last else f"{place.first} on"
        middle = LEFT + step * (number + 0.5)
        for side, kind, value, error in (
            (-1, "right", place.right, place.right_error),
            (1, "own", place.own, place.own_error),
        ):
            left, height = middle + (side - 1) * wide / 2, high(value)
            foot, ends = HEIGHT - FOOT, (value - TWO_SIGMA * error, value + TWO_SIGMA * error)
            low, up = (foot - high(end) for end in ends)
            parts.append(
                f'<rect class="tf-is-{kind}" x="{left:.1f}" y="{foot - height:.1f}" width="{wide:.1f}" '
                f'height="{height:.1f}"/><line class="tf-error" x1="{left + wide / 2:.1f}" y1="{low:.1f}" '
                f'x2="{left + wide / 2:.1f}" y2="{up:.1f}"/>'
            )
        parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{name}</text>')
        rows.append(f"{name}: {decimals(place.right)} against {decimals(place.own)}")
    label = escape(f"Loss in nats by position, right history against its own. {'; '.join(rows)}", quote=True)
    return (
        f'<figure class="tf-chart"><figcaption>{escape(title)}: loss in nats, by position of the token '
        f'(n = {losses.captions})</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{label}">{"".join(parts)}</svg></figure>'
    )


def _ticks(top: float) -> list[float]:
    step = 0.5 if top < 2.5 else 1.0
    return [step * number for number in range(int(top / step) + 1)]


def _tick(value: float, y: float) -> str:
    return f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
