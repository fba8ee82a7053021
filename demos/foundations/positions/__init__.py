"""How does a transformer know where a word stands, and what if it does not?

Attention alone sees a set of words. Positions have to be brought in: as fixed sines or a learned table, added
to the embeddings (absolute); or as a rotation of queries and keys, or a number for each distance (relative).

- **Alike**: real checkpoints' positions compared, each with each. A map that is made of stripes along the
  diagonal knows only distances. Point at a row, or move it with the arrow keys: it is the curve beside it.
- **Shuffled**: five small encoders, trained here alike on captions, differ in their positions alone. Hide a
  word, shuffle the sentence: which of them gives another answer? Without positions none can, whatever the
  weights are; that is arithmetic, not training.
- **Longer**: the five saw at most 24 pieces in training. The curve is how often they are right when the same
  hidden words have ever more text in front. A learned table ends where training ended: there is no row for
  the 25th piece.

The figures on many captions, with their errors, stand below the curve.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.foundations.positions.schemas import DEFAULT, ShuffleInputs
from demos.foundations.positions.shuffle import SHUFFLE_WORDS
from demos.foundations.positions.similarity import POSITION_MAPS
from demos.models.catalog import ASSETS
from demos.ui.scripts import CHARTS, scripts

INFO = Info(
    slug="positions",
    title="Positions",
    tab="Foundations",
    limits=(
        "The five encoders are tiny, had one short training run each, and know only captions of photographs. "
        "How fast each learned to use its positions is part of what you see, so they do not rank the four "
        "ways for large models. Other settings of the same idea would move the curves: how far T5's bias "
        "tells distances apart (here 16), at which pace rotation turns. Rotary positions have no vectors: "
        "their map is what a query scores with itself elsewhere, averaged over directions. To our surprise "
        "that is the very formula of the cosine of sines; only the pace differs. MiniLM's first position, "
        "where [CLS] always stands, is like no other. A map says what positions offer, not what heads make "
        "of them. A decoder without positions is another matter: its mask lets it count."
    ),
)

EXAMPLES = (
    Example("Who watches?", ShuffleInputs(DEFAULT)),
    Example("Who bites whom?", ShuffleInputs("The man in the red shirt throws a ball to the brown dog.", 3)),
    Example("Two colours", ShuffleInputs("A girl in a blue dress sits next to a boy in a green hat.", 1)),
    Example("A short one", ShuffleInputs("Two men play football.", 2)),
    Example("Not from their world", ShuffleInputs("The committee postponed its vote on the new tax law.")),
)

ENDPOINTS = (POSITION_MAPS, SHUFFLE_WORDS)

SCRIPTS = (*CHARTS, *scripts("foundations", "positions_map positions_shuffle positions_lengths"))

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("attention", "debate", "pipelines", "positions"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.foundations.positions import page

    page.build(run, EXAMPLES)
