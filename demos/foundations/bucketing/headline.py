"""How much of a batch is padding, and what that costs in time: one sentence each."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from demos.foundations.bucketing.layout import Layout
from demos.foundations.bucketing.schemas import BucketingResult, LoopsResult, MeasureResult, Timed
from demos.nlp.wording import counted


def of_layouts(_: object, result: BucketingResult) -> str:
    """The shares of padding of the three ways."""
    return padding(result.layouts)


def padding(ways: Sequence[Layout]) -> str:
    """The shares of what is computed that are padding."""
    order, ranked, bucketed = map(wasted_share, ways)
    texts = sum(map(len, ways[0].batches))
    return (
        f"Of what the model computes for these {counted(texts, 'text')}, {order} is padding if they are "
        f"batched in order, {ranked} sorted, {bucketed} by bucket."
    )


def wasted_share(way: Layout) -> str:
    """Padding in whole per cent; only none at all is 0 %."""
    if not way.wasted:
        return "0 %"
    return f"{max(1, round(100 * way.wasted / way.cells))} %"


def of_times(_: object, result: MeasureResult) -> str:
    """How much less time the two other ways took than in order, with the range over all rounds."""
    rounds = len(result.ways[0].each)
    return (
        f"On this machine just now: sorted {_against(result.ways[1])}, by bucket {_against(result.ways[2])} "
        f"of the time in order (medians and ranges of {counted(rounds, 'round')})."
    )


def of_loops(_: object, result: LoopsResult) -> str:
    """What the list comprehension and numpy took of the loop's time."""
    told = ", ".join(f"{one.way} {_against(one)}" for one in result.ways[1:4])
    rounds = len(result.ways[0].each)
    return f"Of a loop's time, for {counted(result.numbers, 'number')}: {told} ({counted(rounds, 'round')})."


def _against(way: Timed) -> str:
    return f"{share(statistics.median(way.ratios))} ({share(min(way.ratios))} to {share(max(way.ratios))})"


def share(ratio: float) -> str:
    """A ratio in whole per cent, at least 1 %."""
    return f"{min(9_999, max(1, round(100 * ratio))):,} %"
