"""The three ways for every setting of the page's sliders, as its script draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demos.foundations.bucketing.headline import padding, wasted_share
from demos.foundations.bucketing.layout import Layout, layouts
from demos.foundations.bucketing.schemas import BATCHES, MAX_BUCKETS, BucketingInputs, BucketingResult
from demos.nlp.wording import counted, shortened
from demos.ui.guess import Told, number

SHOWN = 60
"""Characters of a text in its bar's title."""


def drawn(inputs: BucketingInputs, result: BucketingResult) -> dict[str, Any]:
    """Plain data. `settings[i][j]` has the ways for BATCHES[i] and j + 1 buckets, so no move asks the server;
    the first two ways are the same for any number of buckets."""
    return {
        "texts": [shortened(text, SHOWN) for text in inputs.texts],
        "lengths": result.lengths,
        "batches": BATCHES,
        "batch": BATCHES.index(inputs.batch),
        "buckets": inputs.buckets,
        "settings": [
            [_setting(layouts(result.lengths, batch, buckets)) for buckets in range(1, MAX_BUCKETS + 1)]
            for batch in BATCHES
        ],
        "proof": proof(inputs, result),
        "guess": [to_guess(layouts(result.lengths, batch, 1)[0], batch) for batch in BATCHES],
    }


def to_guess(way: Layout, batch: int) -> Told:
    """The padding of a way that no number of buckets changes, in per cent."""
    asked = f"Batched {way.way}, {batch} at a time: how much of what the model computes is padding?"
    return number(100 * way.wasted / way.cells, question=asked)


def _setting(ways: Sequence[Layout]) -> dict[str, Any]:
    return {
        "said": padding(ways),
        "ways": [
            {
                "name": way.way,
                "batches": way.batches,
                "told": f"{wasted_share(way)} padding of {way.cells:,} cells, "
                f"{counted(len(way.batches), 'batch').replace('batchs', 'batches')}",
            }
            for way in ways
        ],
    }


def proof(inputs: BucketingInputs, result: BucketingResult) -> str:
    """That the answers are the same and in order, with how far apart they were."""
    *_, bucketed = result.layouts
    apart = f"{result.apart:.9f}".rstrip("0")
    return (
        f"The same answers in the same order: for batches of {inputs.batch} and {inputs.buckets} buckets the "
        f"three ways gave {len(result.lengths)} vectors in which no number differs by more than {apart}. By "
        f"bucket, {counted(bucketed.moved, 'answer')} had to be put back."
    )
