"""Hides every word of a caption in turn, and asks ELMo, GPT and BERT what stood there."""

from __future__ import annotations

import math
from collections.abc import Sequence

from demos.caption_world.origin import together
from demos.caption_world.who_sees_what.headline import headline
from demos.caption_world.who_sees_what.schemas import (
    MAX_WORDS,
    MIN_WORDS,
    Gap,
    WhoInputs,
    WhoResult,
)
from demos.caption_world.who_sees_what.words import counted, described, plain, spelt
from demos.caption_world.world import JUDGE, judged
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.held_turn import clock
from demos.models.specs import Loaded, Spec
from demos.texts import check_text

MODELS = (
    Spec("caption-world-elmo"),
    Spec("caption-world-gpt", "causal-lm"),
    Spec("caption-world-bert", "masked-lm"),
)
"""Those whose answers are shown, in the page's order."""
LONGEST = 110
"""Pieces of a sentence: the models were trained on at most 128."""
SUCH_AS = "Write a sentence in English about a picture, such as “A man is playing a guitar on the street.”"


def check_inputs(inputs: WhoInputs) -> None:
    """Raises `BadInput` unless there are MIN_WORDS to MAX_WORDS words."""
    check_text(inputs.text, "caption")
    count = counted(plain(inputs.text))
    if not MIN_WORDS <= count <= MAX_WORDS:
        raise BadInput(
            f"The caption has {count} word{'' if count == 1 else 's'}; it needs {MIN_WORDS} to {MAX_WORDS}.",
            SUCH_AS,
        )


def who_sees_what(inputs: WhoInputs, loaded: Sequence[Loaded]) -> WhoResult:
    """What ELMo, GPT and BERT fill in for every word of a caption, and which other words reach that gap.

    Each word that is one piece of the vocabulary is hidden alone. The models were trained alike on the same
    captions, and all of them rank the same vocabulary. Raises `BadInput` where no word can be hidden.
    """
    from demos.caption_world.who_sees_what.views import views

    check_inputs(inputs)
    begin = clock()
    elmo, gpt, bert, judge = loaded
    text = plain(inputs.text)
    ids, places = spelt(text, bert.tokenizer)
    words = described(text, ids, places, bert.tokenizer)
    hidden = [number for number, word in enumerate(words) if not word.reason]
    if not hidden:
        raise BadInput("These models know none of these words, so there is none to hide.", SUCH_AS)
    if len(ids) > LONGEST:
        raise BadInput(
            f"To these models the caption is {len(ids)} pieces of words; the limit is {LONGEST}.",
            "Use more common words, or fewer.",
        )
    each = [views(one.model, one.tokenizer, ids, places, hidden) for one in (elmo, gpt, bert)]
    gaps = tuple(
        Gap(number, left["left"], left["right"], left[""], middle[""], right[""])
        for number, left, middle, right in zip(hidden, *each, strict=True)
    )
    return WhoResult(
        tuple(words),
        gaps,
        most_disputed(gaps),
        bert.model.config.vocab_size,
        judged(text, judge).withheld,
        clock() - begin,
        together([elmo, gpt, bert]),
    )


def most_disputed(gaps: Sequence[Gap]) -> int:
    """The index of the gap where the largest and the smallest of the three models' log-probabilities of the
    hidden word are furthest apart; the first one of several."""

    def apart(gap: Gap) -> float:
        likely = [math.log(max(view.probability, 1e-45)) for view in gap.rivals()]
        return max(likely) - min(likely)

    return max(range(len(gaps)), key=lambda number: apart(gaps[number]))


WHO_SEES_WHAT = Endpoint(
    "who_sees_what",
    who_sees_what,
    None,
    check=check_inputs,
    several=lambda inputs: (*MODELS, JUDGE),
    headline=headline,
)
