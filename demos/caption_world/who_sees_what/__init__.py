"""What does a model see when it fills a gap: the left side, each side apart, or both at once?

Click a word of a caption: it is hidden, and ELMo, GPT and BERT say what stood there. All three were trained
here on the same captions, with the same vocabulary and the same number of tokens; what differs is what each
may look at.

- **GPT** reads from the left only: what comes after the gap cannot help it.
- **ELMo** is two such readers, one from each end. Each sees its own side alone; their answers are joined
  afterwards, by multiplying probabilities as if the sides were independent once the word is known, so that no
  step ever weighs a word on the left against one on the right. The paper's ELMo joins the halves' states
  instead, in another model that is trained for a task; its halves never see each other either.
- **BERT** sees both sides at once, in every layer.
- **Could reach** is structure: a word that is struck out cannot change the answer at the gap, whatever the
  weights are; the gradient there is exactly zero.
- **Did reach** is the shade: the length of the gradient of the hidden word's log-probability with respect to
  each other word's embedding, as shares of 100 %. A gradient is one way to tell influence: it says how much a
  tiny change of a word would matter, not what another word in its place would do, and words that matter
  together can each seem unimportant. Shares of different models are shares of different wholes.
- **Fillings** are the likeliest of all pieces of the vocabulary; one that begins with "-" continues a word.

One sentence is an anecdote: below stands how often each model is right on many captions that none had seen.
"""

from __future__ import annotations

from demos.caption_world.who_sees_what.compute import WHO_SEES_WHAT
from demos.caption_world.who_sees_what.schemas import DEFAULT, WhoInputs
from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.ui.scripts import COMMON, scripts

INFO = Info(
    slug="who-sees-what",
    title="Who sees what",
    tab="Caption world",
    limits=(
        "Three small models of photo captions, one training run each: they know little else, and other "
        "sizes or data may order them differently. Only words that are one piece of their vocabulary are "
        "hidden. A gradient is one way to tell influence, not the truth about it. ELMo's halves are joined "
        "by a product, which its paper does not do."
    ),
)

EXAMPLES = (
    Example("Doing what with a book?", WhoInputs(DEFAULT)),
    Example("One or many?", WhoInputs("Two women are sitting on a bench and talking to each other.")),
    Example(
        "What does the dog do?",
        WhoInputs("A brown dog is holding a stick in its mouth while running on the beach."),
    ),
    Example("Who gets the ball?", WhoInputs("A man throws a ball to his dog in the water.")),
    Example("Not from their world", WhoInputs("The committee postponed its vote on the new tax law.")),
)

ENDPOINTS = (WHO_SEES_WHAT,)

SCRIPTS = (*COMMON, *scripts("caption_world", "who_sees_what"))

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("attention", "pipelines", "who_sees_what"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.caption_world.who_sees_what import page

    page.build(run, EXAMPLES)
