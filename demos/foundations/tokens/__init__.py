"""How does a tokenizer get its pieces? Train byte-pair encoding on a text of yours, one merge at a time.

**Byte-pair encoding learns its pieces from counts.** It begins with single characters, looks for the pair of
neighbours that occurs most often, makes one piece of it, and counts again. Nothing else: no grammar, no
dictionary. Step forward and back, let it play, or click a piece to go back to just before it was made.

- A word keeps the space in front of it, as `▁`; merges never cross the edge of a word, nor punctuation.
- A pair that occurs once is not merged. Of equally frequent pairs the one with the older pieces is taken.

Below, the same text is split by **tokenizers that are in use**. They learned from other texts, in four ways:

- **BPE** applies its merges in the order in which it learned them; **byte-level BPE** does so on the bytes of
  UTF-8, so that it can spell everything.
- **WordPiece** takes the longest piece that fits, from the left; `##` continues a word. A word with a part
  that it lacks is unknown as a whole.
- **Unigram** has a probability for each piece and takes the likeliest split.

Why does Korean cost more? Write a sentence in one line and its translation in the next: a syllable is three
bytes, and a vocabulary that learned from English has no larger pieces for it.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.foundations.tokens.compute import TOKENIZE
from demos.foundations.tokens.learn import BPE_MERGES
from demos.foundations.tokens.schemas import DEFAULT, TokenizeInputs
from demos.models.catalog import ASSETS
from demos.ui.scripts import COMMON, scripts

INFO = Info(
    slug="tokens",
    title="Tokens",
    tab="Foundations",
    limits=(
        "A few lines teach few pieces; real vocabularies are learned from gigabytes. Characters are code "
        "points: what looks like one emoji or one letter may be several. Training counts overlapping "
        "pairs, as the library tokenizers does: “aaa” holds “aa” twice. Which tokenizer needs fewest "
        "tokens depends on what it learned from, so one text says nothing about which algorithm is better; "
        "the Unigram vocabulary and the BPE of the small Marian did learn from the same captions. A "
        "surprise: the English WordPiece does not drop all Korean. It strips accents, which takes "
        "syllables apart into letters, and knows most of those."
    ),
)

EXAMPLES = (
    Example("Bread and bakers", TokenizeInputs(DEFAULT)),
    Example(
        "Why Korean costs more",
        TokenizeInputs(
            "The weather is lovely today, so we are going to walk along the river.\n"
            "오늘은 날씨가 정말 좋아서 우리는 강을 따라 걸으려고 합니다."
        ),
    ),
    Example(
        "Emoji, numbers, spaces",
        TokenizeInputs("🎉 👍🏽 👩‍👩‍👧 cost 1,000,000 or 3.14159 in   2026,\ta naïve guess"),
    ),
    Example(
        "Words that nobody knows",
        TokenizeInputs("Snorfling glimberries unhappily, the ☃ sang ᎠᎡᎢ antidisestablishmentarianism."),
    ),
    Example(
        "Low, lower, lowest",
        TokenizeInputs(" ".join(["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3)),
    ),
    Example("Nothing to merge", TokenizeInputs("a b c 1 2 3")),
)

ENDPOINTS = (BPE_MERGES, TOKENIZE)

SCRIPTS = (*COMMON, *scripts("foundations", "tokens"))

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("attention", "prompting", "tokens"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.foundations.tokens import page

    page.build(run, EXAMPLES)
