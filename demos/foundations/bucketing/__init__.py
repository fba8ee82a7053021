"""How much of a batch is padding? Texts of all lengths, batched in order, sorted, and by bucket.

A model computes a batch as a rectangle: every text is made as long as the longest beside it, and what is
added is padding. The model computes it like everything else, and then it is thrown away. **Bucketing puts
texts of similar length together**, so that little is added.

- **In order**: the batches are cut from the texts as they come.
- **Sorted**: by length, the longest first. Nothing is easier where all texts are there already.
- **By bucket**: each text goes into the bucket of its range of length, and a full bucket gives a batch.
  Texts can come one by one, and in training the batches can be shuffled, which sorted ones would not bear:
  their order would teach length.

Move the batch size and the number of buckets. Each answer must then go back to its text's place; below
stands that they did, computed in all three ways by a real encoder. Press the button to see the seconds that
it takes here.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.foundations.bucketing.compute import BUCKETING
from demos.foundations.bucketing.measure import MEASURE_BUCKETS, MEASURE_LOOPS
from demos.foundations.bucketing.schemas import BucketingInputs
from demos.foundations.bucketing.texts import FORTY
from demos.models.catalog import ASSETS
from demos.ui.scripts import COMMON, scripts

INFO = Info(
    slug="bucketing",
    title="Padding and buckets",
    tab="Foundations",
    limits=(
        "Padding is counted in cells of the batch, one for each token of each text; time does not follow "
        "it exactly, since short batches use a processor worse, and attention grows with the square of the "
        "length. A GPU would show other ratios. What is measured is one encoder on a processor, on these "
        "texts; the times are never recorded, only taken live. A surprise: sorting does not always waste "
        "least. Where the last batch is not full, another order can be better by a little."
    ),
)

EXAMPLES = (
    Example("Forty short texts", BucketingInputs(FORTY)),
    Example("One long among short", BucketingInputs((*FORTY[0:40:4], max(FORTY, key=len), *FORTY[2:40:4]))),
    Example(
        "Long and short in turns",
        BucketingInputs(
            tuple(
                text
                for pair in zip(sorted(FORTY, key=len)[:16], sorted(FORTY, key=len)[-16:], strict=True)
                for text in pair
            )
        ),
    ),
    Example("Sorted already", BucketingInputs(tuple(sorted(FORTY, key=len, reverse=True)))),
    Example(
        "All of one length",
        BucketingInputs(
            tuple(
                f"The {colour} boat lies in the harbour."
                for colour in "red blue green white black grey brown old".split()
            )
        ),
    ),
)

ENDPOINTS = (BUCKETING, MEASURE_BUCKETS, MEASURE_LOOPS)

SCRIPTS = (*COMMON, *scripts("foundations", "bucketing"))

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("attention", "prompting", "bucketing"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.foundations.bucketing import page

    page.build(run, EXAMPLES)
