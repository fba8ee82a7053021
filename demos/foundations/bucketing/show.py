"""What was measured, as a table with every round's range."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from html import escape

from demos.foundations.bucketing.headline import share
from demos.foundations.bucketing.schemas import LoopsResult, MeasureResult, Timed

CAUTION = (
    "Measured on the machine that serves this page, just now: with other work on it, or on another machine, "
    "the figures differ. The ways took turns in a shuffled order; a ratio compares two times of the same "
    "round. The range is that of all rounds, no interval for other texts."
)


def times_html(result: MeasureResult) -> str:
    """The seconds of the three ways."""
    threads = f"{result.threads} thread{'' if result.threads == 1 else 's'}"
    what = (
        f"{result.texts} texts, batches of {result.batch}, {result.buckets} buckets; the model alone, "
        f"without the tokenizer; {threads}."
    )
    return _table(result.ways, 1.0, "s", what)


def loops_html(result: LoopsResult) -> str:
    """The milliseconds of each way of Python."""
    what = (
        f"{result.numbers:,} whole numbers are doubled. That is one small task: where each step does more, "
        "the loop around it matters less. The notes give these as advice; numpy only helps where the numbers "
        "are an array already."
    )
    return _table(result.ways, 1e3, "ms", what)


def _table(ways: Sequence[Timed], scale: float, unit: str, what: str) -> str:
    rows = "".join(_row(way, scale, unit) for way in ways)
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("way", "median", "range", "of the first", "range")
    )
    return (
        f'<div class="stage-scroll"><table class="stage-labels bk-times"><thead><tr>{head}</tr></thead>'
        f'<tbody>{rows}</tbody></table></div><p class="stage-caption">{escape(what)} {CAUTION}</p>'
    )


def _row(way: Timed, scale: float, unit: str) -> str:
    low, middle, high = (scale * one for one in (min(way.each), statistics.median(way.each), max(way.each)))
    ratios = (share(one) for one in (min(way.ratios), max(way.ratios)))
    return (
        f'<tr><th scope="row">{escape(way.way)}</th><td><b>{middle:.2f} {unit}</b></td>'
        f"<td>{low:.2f} to {high:.2f}</td><td><b>{share(statistics.median(way.ratios))}</b></td>"
        f"<td>{' to '.join(ratios)}</td></tr>"
    )
