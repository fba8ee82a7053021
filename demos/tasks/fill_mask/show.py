"""Filled gaps as a page shows them: a bar for every candidate, and what the bars mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.ui.bars import careful, score_bars
from demos.ui.withheld import withheld

if TYPE_CHECKING:
    from demos.tasks.fill_mask.schemas import FillMaskResult


def show(result: FillMaskResult) -> str:
    """A bar for every candidate of every gap, and what the bars mean."""
    if result.method == "masked":
        said = "Probability over the whole vocabulary"
    else:
        said = "Stand-in, causal rescoring: share among the words that were tried, not a probability"
    if len(result.gaps) > 1:
        said += ", each gap for itself while the others stay open"
    tables = []
    for number, gap in enumerate(result.gaps, 1):
        rows = [(one.shown, one.probability) for one in gap]
        which = f"Gap {number}. " if len(result.gaps) > 1 else ""
        tables.append(score_bars(rows, which + said))
    return withheld(result.withheld, "".join(tables) + careful(result.warning))
