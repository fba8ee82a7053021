"""Put one caption to every architecture: what does each mechanism do with it?

All were trained alike by this project: the same captions of photographs, the same pieces of words, the same
number of tokens seen. What differs is the architecture and its objective, and each answers in its own form:
encoders fill the hidden word, BERT also says whether a second caption is of the same picture, ALBERT whether
two halves are in order, ELECTRA which words look replaced; decoders go on from the left of the hidden word;
encoder-decoders mend, translate, and do what a code or a prefix says. Shown are those whose weights are here;
a card's link opens the model in the attention viewer.
"""

from __future__ import annotations

from demos.caption_world.one_sentence.compute import CAPTION_WORLD
from demos.caption_world.one_sentence.schemas import CaptionWorldInputs
from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS

INFO = Info(
    slug="caption-world",
    title="One sentence, every architecture",
    tab="Caption world",
    limits=(
        "One sentence is an anecdote: the family tree has the figures on held-out captions. The models are a "
        "thousand times smaller than those of today and know nothing but captions of photographs, so they "
        "compare mechanisms, not products; a larger model of any of these kinds would do better. The "
        "probability beside a written text is the mean of its tokens and says how sure the model was of its "
        "wording. Milliseconds are those of this machine, one text at a time, without a cache."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css", ASSETS / "css" / "caption_world.css")

ENDPOINTS = (CAPTION_WORLD,)

EXAMPLES = (
    Example(
        "A man and his guitar",
        CaptionWorldInputs(
            "A man in a red shirt is playing the guitar.", "A musician is playing on a stage.", 8
        ),
    ),
    Example(
        "Two captions, two pictures",
        CaptionWorldInputs(
            "A brown dog runs across the grass with a ball in its mouth.", "Children swim in a pool.", 7
        ),
    ),
    Example(
        "One word is odd",
        CaptionWorldInputs("A woman is riding a sandwich down the street.", "", 6),
    ),
    Example(
        "Wrong: not a caption",
        CaptionWorldInputs("The central bank raised interest rates again.", "", 0),
    ),
    Example("한국어", CaptionWorldInputs("두 아이가 해변에서 공을 가지고 놀고 있다.", "", 0)),
)


def build(run: Run) -> None:
    """Lays out the captions and the answers."""
    from demos.caption_world.one_sentence.page import build as lay_out

    lay_out(run, EXAMPLES)
