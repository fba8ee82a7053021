"""Does a model that judges pairs understand how they go on, or only their topic?

BERT was trained to fill gaps *and* to tell whether a second sentence follows the first or comes from
elsewhere (Devlin et al. 2019, arXiv:1810.04805, section 3.1). A sentence from elsewhere has, most of the
time, another topic, so that topic is all one needs. ALBERT's makers replaced the task: the same two pieces
of text, in order or swapped, of one topic either way (Lan et al. 2020, arXiv:1909.11942, section 3.1).
RoBERTa left it out (Liu et al. 2019, arXiv:1907.11692, section 4.2).

- **BERT** here learned whether two captions are of one picture; half of its pairs were of two pictures drawn
  at random.
- **ALBERT** here learned whether the two halves of one caption stand in order.
- **Change the second sentence**: keep the words and change the picture, or keep the picture and change the
  words.
- **Exchanged**: a head that judges topic has no reason to change its mind if the two are exchanged; one that
  judges order has.

One pair is an anecdote: below stands how often each head is right about held-out pairs of each kind.
"""

from __future__ import annotations

from demos.caption_world.next_sentence.compute import NEXT_SENTENCE
from demos.caption_world.next_sentence.schemas import PairInputs
from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS

INFO = Info(
    slug="next-sentence",
    title="Next sentence",
    tab="Foundations",
    limits=(
        "Small models of photo captions, one training run each; shown are the heads whose weights are here. "
        "Captions of one picture are no consecutive sentences of a text: “next” means of the same picture "
        "here, so this shows what such pairs teach, not how BERT judges books. Topic is shared words here, "
        "without their stems; captions of other pictures with the same words may truly fit, so no head could "
        "be right about all of them. What surprised us: the next-sentence head does not just count words. It "
        "accepts pairs without a common word, refuses some with three, and may turn round if the two are "
        "exchanged, though its question has no order. The order head learned from halves of captions and is "
        "off its ground on whole ones, as the other head is on halves. And order is easy to tell there, "
        "which surprised us too: most captions begin with an article or “two”, second halves seldom do, and "
        "a first half often breaks off behind a word like “a” or “in”. Rules that see no more than these "
        "outermost words stand beside ALBERT's figure below: it is no proof that the head understands what "
        "it orders."
    ),
)

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("pipelines", "next_sentence"))

ENDPOINTS = (NEXT_SENTENCE,)

STREET = "A man is riding a bicycle on a busy street."
EXAMPLES = (
    Example(
        "Same words, another picture",
        PairInputs(STREET, "A busy street with a bicycle in front of a shop."),
    ),
    Example("One picture, other words", PairInputs(STREET, "A cyclist makes his way through the traffic.")),
    Example("Another picture", PairInputs(STREET, "Two men are cooking in a small kitchen.")),
    Example(
        "Same words, told apart",
        PairInputs(
            "A dog is chasing a ball in the park.", "A girl is holding a ball next to a dog in the park."
        ),
    ),
    Example("Two halves", PairInputs("a woman in a red coat is waiting", "at the bus stop in the rain")),
    Example("Not from their world", PairInputs("Interest rates rose again.", "The bank explained why.")),
)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.caption_world.next_sentence import page

    page.build(run, EXAMPLES)
