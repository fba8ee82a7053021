"""Three epochs and a small rate: what a model learns of a new task, and what it forgets of the old one.

A small BERT that fills gaps is fine-tuned to judge film reviews. Only the new task is trained; the old head
stays as it was, on an encoder that changes under it. Each cell of the grid is such a training, stopped after
so many epochs: how many reviews it judges right, and how many gaps its old head still fills.

Too small a rate learns little in a few epochs. Too large a rate forgets, and learns no more for it.
Below, fine-tune the same model yourself, on reviews and a gap of your own.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.foundations.forgetting.grid import GRID
from demos.foundations.forgetting.live import FINE_TUNE
from demos.foundations.forgetting.schemas import GridInputs
from demos.models.catalog import ASSETS

INFO = Info(
    slug="forgetting",
    title="Fine-tuning and forgetting",
    tab="Foundations",
    limits=(
        "One small model and one new task: larger models have other good rates (for BERT base 0.00002 to "
        "0.00005 and two to four epochs are advised: Devlin et al. 2019, A.3). The rate is constant after "
        "a short warm-up, so that every epoch is a place to stop; one that decays was not measured. The "
        "old task is measured on captions of pictures, one of the three kinds of text that the model was "
        "pre-trained on; the others were not measured. The old head's gaps tell what it can still use, "
        "not what the encoder still holds: a head that is trained again may find more. The best rate is "
        "read off the very reviews that measure it. Rates of 0.0001 to 0.001 are not told apart on "
        "reviews: only the old task shows the difference. Live, some dozens of reviews are learned by "
        "heart in seconds."
    ),
)

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("pipelines", "forgetting"))

ENDPOINTS = (GRID, FINE_TUNE)

EXAMPLES = (
    Example("Three epochs, a small rate", GridInputs(1e-4, 3)),
    Example("Ten times the rate", GridInputs(1e-3, 3)),
    Example("Thirty times", GridInputs(3e-3, 3)),
    Example("A third of it", GridInputs(3e-5, 3)),
    Example("Before training", GridInputs(1e-4, 0)),
)


def build(run: Run) -> None:
    """Lays out the grid and the live training."""
    from demos.foundations.forgetting.page import build as lay_out

    lay_out(run, EXAMPLES)
