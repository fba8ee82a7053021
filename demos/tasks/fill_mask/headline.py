"""The filled gaps in one sentence."""

from __future__ import annotations

from demos.nlp.wording import decision, listed, partly_read, quoted, unreadable, whole_per_cent
from demos.tasks.fill_mask.schemas import FillMaskResult

GAPS = 3


def headline(_: object, result: FillMaskResult) -> str:
    """The word that fits each gap best and its probability, or its share of the words that were tried."""
    if result.withheld:
        return unreadable("this text", result.instead)
    rest = partly_read(result.warning)
    first, *others = result.gaps
    if others:
        best = [f"{quoted(gap[0].shown, 20)}, {whole_per_cent(gap[0].probability)}" for gap in result.gaps]
        return f"Best fits, each gap for itself: {listed(best, GAPS)}{rest}."
    best_of = decision([(one.shown, one.probability) for one in first])
    if result.method == "masked":
        return f"Best fit of the whole vocabulary: {best_of}{rest}."
    return f"Best fit of the words that were tried: {best_of}, a share and no probability{rest}."
