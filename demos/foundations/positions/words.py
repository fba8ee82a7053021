"""A caption's words, the pieces that spell each, and their order when they are shuffled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BEGINS = "▁"
"""With what a piece begins that stands behind a space."""


@dataclass(frozen=True)
class Spelt:
    """A word or a punctuation mark as it was typed, and the ids and pieces that spell it."""

    text: str
    ids: tuple[int, ...]
    pieces: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether one piece is the word, so that one guess can be right."""
        return len(self.pieces) == 1 and self.pieces[0].startswith(BEGINS) and self.pieces[0][1:].isalpha()

    @property
    def is_word(self) -> bool:
        return any(map(str.isalnum, self.text))


def spelt(text: str, tokenizer: Any) -> list[Spelt]:
    """The words of a text. Special tokens that were typed are spelt like other text."""
    made = tokenizer(
        text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True, verbose=False
    )
    ids = list(made["input_ids"])
    groups: list[list[int]] = []
    for place, piece in enumerate(pieces := tokenizer.convert_ids_to_tokens(ids)):
        if not groups or piece.startswith(BEGINS) or not piece[0].isalnum():
            groups.append([])
        groups[-1].append(place)
    offsets = made["offset_mapping"]
    return [
        Spelt(
            text[offsets[group[0]][0] : offsets[group[-1]][1]].strip(),
            tuple(ids[place] for place in group),
            tuple(pieces[place] for place in group),
        )
        for group in groups
    ]


def shuffled(words: Sequence[Spelt], seed: int) -> list[int] | None:
    """The words' numbers in a drawn order that spells another text, or None if there is none."""
    if len({word.ids for word in words}) < 2:
        return None
    draw, given = random.Random(seed), [word.ids for word in words]
    while True:
        order = draw.sample(range(len(words)), len(words))
        if [given[number] for number in order] != given:
            return order


def shown(piece: str) -> str:
    """A piece as a reader sees it: what continues a word begins with "-"."""
    if piece.startswith(BEGINS):
        return piece[1:] or "(a space)"
    return f"-{piece}" if piece[:1].isalnum() else piece
