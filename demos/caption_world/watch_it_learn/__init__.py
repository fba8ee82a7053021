"""Six checkpoints along one training, from random weights to the trained model; and train one yourself.

Choose one of three models that were trained here on captions of photographs, and a sentence. A slider moves
through the training: what the model says, where one of its heads looks, and how good it is on captions that
it was not trained on.

- **BERT** fills the gap of the sentence: `[MASK]` where you write it, else in place of the last word that is
  one piece of its vocabulary.
- **GPT-2** continues the first half of the sentence, always with the likeliest token.
- **Marian** translates it into French, always with the likeliest token.

The head is chosen once, on the trained model: the one whose words look most strongly at one other word. Its
weights in the earlier checkpoints are followed from there. Marian's is a head of the cross-attention, while
every checkpoint writes the trained model's translation: a row is the word that is written there.

Below, a **tiny GPT-2** is trained on lines of your own, character by character, while you watch its loss and
what it writes. Even when it knows its lines by heart, its loss on them stays above 0: which of them comes
next is a guess.
"""

from __future__ import annotations

from demos.caption_world.watch_it_learn.compute import WATCH
from demos.caption_world.watch_it_learn.schemas import WatchInputs
from demos.caption_world.watch_it_learn.training import TRAIN
from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.ui.scripts import CHARTS, scripts

INFO = Info(
    slug="watch-it-learn",
    title="Watch it learn",
    tab="Caption world",
    limits=(
        "One training run of each model: another seed would learn the same things in another order. The "
        "figures are measured on held-out captions of photographs and hold for no other text. The earlier "
        "checkpoints are kept as whole numbers from -127 to 127 with a scale for each row, the trained model "
        "in half precision. A head that links words says where a model looks, not why it answers. A model "
        "trained on 50 lines learns them by heart: the loss on held-out lines shows it."
    ),
)

EXAMPLES = (
    Example("BERT fills a gap", WatchInputs("A surfer is riding a big wave.")),
    Example(
        "GPT-2 continues",
        WatchInputs("Three men in orange vests are working on a roof.", "caption-world-gpt2"),
    ),
    Example(
        "Marian translates",
        WatchInputs("Two little girls are playing with a white dog in the snow.", "caption-world-marian"),
    ),
    Example("A verb", WatchInputs("A man in a black suit is [MASK] the guitar.")),
    Example(
        "From outside its world",
        WatchInputs("The committee postponed its decision on interest rates.", "caption-world-gpt2"),
    ),
)

ENDPOINTS = (WATCH, TRAIN)

SCRIPTS = (*CHARTS, *scripts("caption_world", "heat progress watch train learn"))

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("attention", "debate", "pipelines", "learn"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.caption_world.watch_it_learn import page

    page.build(run, EXAMPLES)
