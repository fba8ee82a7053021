"""What shuffling does to the five encoders' answers on many captions, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from demos.foundations.positions.reported import Shuffled
from demos.foundations.positions.schemas import TITLES


def shuffled_html(found: Sequence[Shuffled], captions: int) -> str:
    """Accuracy with the words in order and shuffled; "" where nothing was measured."""
    if not found:
        return ""
    rows = "".join(
        f"<tr><th scope='row'>{TITLES[one.scheme]}</th><td>{_share(one.in_order)}</td>"
        f"<td>{_share(one.shuffled)}</td><td>{_lost(one)}</td></tr>"
        for one in found
    )
    return (
        f"<p class='stage-caption'>Words shuffled in {captions:,} held-out captions, one hidden word in "
        "each: how often the first guess is right. ± one standard error of the difference. One training run "
        "each.</p><table class='task-found task-figures positions-table'>"
        "<thead><tr><th></th><th scope='col'>in order</th><th scope='col'>shuffled</th>"
        f"<th scope='col'>lost</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"


def _lost(one: Shuffled) -> str:
    return f"{100 * one.lost:.1f} ± {100 * one.error:.1f} points"
