"""Batches texts in three ways, and shows that the answers are the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.foundations.bucketing.headline import of_layouts
from demos.foundations.bucketing.layout import Layout, layouts
from demos.foundations.bucketing.schemas import MIN_TEXTS, BucketingInputs, BucketingResult, MeasureInputs
from demos.held_turn import clock
from demos.models.specs import Loaded
from demos.texts import check_text

if TYPE_CHECKING:
    import numpy as np

MAX_TOKENS = 256
"""Of a text: longer ones make the padded batches of this page take too long."""


def check_inputs(inputs: BucketingInputs | MeasureInputs) -> None:
    """Raises `BadInput` for a blank text, or for fewer than two."""
    if len(inputs.texts) < MIN_TEXTS:
        raise BadInput("One text needs no batch.", "Write at least two, one per line.")
    for number, text in enumerate(inputs.texts, 1):
        check_text(text, f"text {number}")


def rows_of(texts: Sequence[str], loaded: Loaded) -> list[list[int]]:
    """The token ids of each text, framed; raises `BadInput` for one of more than MAX_TOKENS."""
    rows = [loaded.tokenizer(text, verbose=False)["input_ids"] for text in texts]
    for number, row in enumerate(rows, 1):
        if len(row) > MAX_TOKENS:
            raise BadInput(
                f"Text {number} has {len(row):,} tokens; the limit is {MAX_TOKENS}.",
                "Shorten it, or split it.",
            )
    return rows


def answered(rows: Sequence[Sequence[int]], layout: Layout, loaded: Loaded) -> np.ndarray:
    """The unit vectors [texts, width], computed batch by batch and put back to their texts' places."""
    import numpy as np

    from demos.nlp.vectors import mean_pooled

    vectors = np.empty((len(rows), loaded.model.config.hidden_size), np.float32)
    for batch in layout.batches:
        vectors[list(batch)] = mean_pooled([rows[text] for text in batch], loaded)
    return vectors


def bucketing(inputs: BucketingInputs, loaded: Loaded) -> BucketingResult:
    """Batches texts in order, sorted and by bucket, counts the padding, and computes the sentence vectors in
    each way, to compare them. Raises `BadInput` for a text that is blank or too long."""
    import numpy as np

    check_inputs(inputs)
    begin = clock()
    rows = rows_of(inputs.texts, loaded)
    lengths = tuple(map(len, rows))
    ways = layouts(lengths, inputs.batch, inputs.buckets)
    answers = [answered(rows, way, loaded) for way in ways]
    apart = max(float(np.abs(one - other).max()) for one, other in combinations(answers, 2))
    return BucketingResult(lengths, ways, power_above(apart), clock() - begin, loaded.origin)


def power_above(number: float) -> float:
    """The smallest power of ten that is not below a number, at least 1e-9: digits beyond it differ from
    processor to processor."""
    return 10.0 ** max(-9, math.ceil(math.log10(number))) if number > 0 else 1e-9


BUCKETING = Endpoint(
    "bucketing", bucketing, "base", check=check_inputs, task="similarity", headline=of_layouts
)
