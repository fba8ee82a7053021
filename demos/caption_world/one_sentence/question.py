"""The caption as every model is asked about it: its words, the hidden one, and ids around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from demos.caption_world.one_sentence.schemas import MAX_WORDS, MIN_WORDS, CaptionWorldInputs
from demos.errors import BadInput
from demos.models.specs import Loaded

WORD = re.compile(r"\w+(?:['’-]\w+)*")


@dataclass(frozen=True)
class Question:
    """A caption with one hidden word, which stands at text[start:end]; `second` may be ""."""

    text: str
    second: str
    words: tuple[str, ...]
    hidden: int
    start: int
    end: int


def question_of(inputs: CaptionWorldInputs) -> Question:
    """Raises `BadInput` for a text that is not a caption's length, or a word that it does not have."""
    text = " ".join(inputs.text.split())
    found = list(WORD.finditer(text))
    if not MIN_WORDS <= len(found) <= MAX_WORDS:
        raise BadInput(
            f"The caption has {len(found)} words; there must be {MIN_WORDS} to {MAX_WORDS}.",
            "Describe a picture in one sentence.",
        )
    if inputs.word > len(found):
        raise BadInput(
            f"The caption has no word {inputs.word}.", f"Choose 1 to {len(found)}, or 0 for the last."
        )
    hidden = found[inputs.word - 1]
    second = " ".join(inputs.second.split())
    if len(WORD.findall(second)) > MAX_WORDS:
        raise BadInput(
            f"The second caption has more than {MAX_WORDS} words.", "Describe a picture in one sentence."
        )
    number = (inputs.word or len(found)) - 1
    return Question(text, second, tuple(word[0] for word in found), number, *hidden.span())


@dataclass(frozen=True)
class Encoded:
    """ids of the caption with what the family puts around it; those of the hidden word are first to last,
    the last not included."""

    ids: list[int]
    first: int
    last: int

    def with_mask(self, mask: int) -> list[int]:
        """The ids with one mask in place of the hidden word."""
        return [*self.ids[: self.first], mask, *self.ids[self.last :]]


def encoded(question: Question, loaded: Loaded) -> Encoded:
    """Where the pieces of the hidden word stand. What looks like a special token is read as text."""
    made: Any = loaded.tokenizer(question.text, return_offsets_mapping=True, split_special_tokens=True)
    inside = [
        place
        for place, (start, end) in enumerate(made["offset_mapping"])
        if end > start and start < question.end and end > question.start
    ]
    return Encoded(made["input_ids"], inside[0], inside[-1] + 1)


def plain_ids(text: str, loaded: Loaded) -> list[int]:
    """The pieces of a text alone, without special tokens."""
    return loaded.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
