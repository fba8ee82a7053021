"""What seeing both sides, or the left side alone, was worth for the hidden word, in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from demos.caption_world.one_sentence.schemas import CaptionWorldAnswer, CaptionWorldInputs, Said
from demos.nlp.wording import quoted

FILLERS = ("bert", "roberta", "albert", "distilbert")
CONTINUERS = ("gpt", "gpt2", "ctrl", "transformer-xl")


def headline(inputs: CaptionWorldInputs, result: CaptionWorldAnswer) -> str:
    """How many encoders and how many decoders come upon the hidden word first; about this caption alone."""
    if result.withheld:
        return "This is not from the world of captions that these models know."
    word = result.words[result.hidden]
    sides = _counted(result.said, FILLERS, word, lambda text: text.split(", ")[0])
    left = _counted(result.said, CONTINUERS, word, lambda text: (text.split() or [""])[0].strip(".,!?"))
    parts = []
    if sides:
        parts.append(f"{sides} encoders, which see both sides of the gap, put {quoted(word)} first")
    if left:
        parts.append(f"{left} decoders, which see its left side alone, go on with it")
    return "; ".join(parts) + "." if parts else ""


def _counted(said: Sequence[Said], names: Sequence[str], word: str, first: Callable[[str], str]) -> str:
    """ "2 of 4": how many of these models say the word first; "" if none of them was asked."""
    asked = [one for one in said if one.name in names]
    right = sum(first(one.lines[0].text).lower() == word.lower() for one in asked)
    return f"{right} of {len(asked)}" if asked else ""
