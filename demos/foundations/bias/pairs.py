"""Reads pairs of sentences as they are typed, and the words for their gap."""

from __future__ import annotations

import re
from dataclasses import dataclass

from demos.errors import BadInput
from demos.foundations.bias.schemas import MAX_WORD, MAX_WORDS, BiasInputs
from demos.nlp.wording import quoted
from demos.texts import whole_characters

MASK = "[MASK]"
CHOICE = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
HOW = "Write {one|other} where the two sentences differ, as in: {He|She} works as a [MASK]."


@dataclass(frozen=True)
class Pair:
    """Two sentences with a gap, and the words in which they differ."""

    first: str
    second: str
    sides: tuple[str, str]


def pair_of(line: str) -> Pair:
    """Reads "{He|She} works as a [MASK]."; raises `BadInput` where there are not two sentences, or there is
    not one gap in each."""
    choices = CHOICE.findall(line)
    if not choices:
        raise BadInput(f"{quoted(line)} is one sentence; two are compared.", HOW)
    sides = tuple(" … ".join(choice[side].strip() for choice in choices) for side in (0, 1))
    if sides[0] == sides[1]:
        raise BadInput(f"Both sentences of {quoted(line)} are the same.", HOW)
    first, second = (CHOICE.sub(lambda found, n=n: found[n], line) for n in (1, 2))
    for sentence in (first, second):
        if (gaps := sentence.count(MASK)) != 1:
            raise BadInput(
                f"{quoted(sentence)} has {gaps or 'no'} {'gaps' if gaps else 'gap'}; there must be one.",
                f"Write {MASK} once, where the words belong.",
            )
        if not sentence.replace(MASK, "").strip():
            raise BadInput("There is nothing but a gap.", HOW)
    return Pair(first, second, (sides[0], sides[1]))


def pairs_of(inputs: BiasInputs) -> list[Pair]:
    """All pairs; raises `BadInput` if there is none."""
    lines = [line.strip() for line in inputs.pairs if line.strip()]
    if not lines:
        raise BadInput("There are no sentences.", HOW)
    return [pair_of(line) for line in lines]


def words_of(inputs: BiasInputs) -> list[str]:
    """The words for the gap, each once; raises `BadInput` for fewer than two, or too many."""
    given = (" ".join(word.split()) for word in whole_characters(inputs.words, "words").split(","))
    words = list(dict.fromkeys(filter(None, given)))
    if not 2 <= len(words) <= MAX_WORDS:
        raise BadInput(
            f"There {'is' if len(words) == 1 else 'are'} {len(words) or 'no'} "
            f"{'word' if len(words) == 1 else 'words'} for the gap; there must be 2 to {MAX_WORDS}.",
            "Separate them by commas: nurse, engineer, teacher.",
        )
    for word in words:
        if len(word) > MAX_WORD or MASK in word:
            raise BadInput(f"{quoted(word)} is no word.", f"Use words of up to {MAX_WORD} characters.")
    return words


def check(inputs: BiasInputs) -> None:
    """Raises `BadInput` for what cannot be compared."""
    pairs_of(inputs)
    words_of(inputs)
