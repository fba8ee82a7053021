"""A sentence's words, the pieces that spell each, and which of them can be hidden.

A gap is filled by one piece, so only a word that is one piece can be hidden: of a longer one no filling could
be right, and what a model thinks of its first piece alone is no answer about the word. The held-out captions
were measured at such gaps too.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from demos.caption_world.who_sees_what.schemas import Word

_WORD = re.compile(r"\w+(?:[^\w\s]+\w+)*|[^\w\s]")
"""A word, with marks inside it ("t-shirt"), or one mark."""
BEGINS = "▁"
"""With what a piece begins that stands behind a space."""


def plain(text: str) -> str:
    """The text on one line in composed form, so that offsets count what the tokenizer counts."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def spans(text: str) -> list[tuple[int, int]]:
    """Where each word and each punctuation mark of a text begins and ends."""
    return [found.span() for found in _WORD.finditer(text)]


def counted(text: str) -> int:
    """How many words a text has, without punctuation marks."""
    return sum(text[start:end].isalnum() or end - start > 1 for start, end in spans(text))


def spelt(text: str, tokenizer: Any) -> tuple[list[int], list[list[int]]]:
    """The ids of a `plain` text without special tokens, and for each of its words the places of its pieces.

    A piece that is only a space belongs to the word behind it. Special tokens that were typed are spelt like
    other text.
    """
    made = tokenizer(
        text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True, verbose=False
    )
    ends = [end for _, end in spans(text)]
    places: list[list[int]] = [[] for _ in ends]
    for place, (start, end) in enumerate(made["offset_mapping"]):
        first = next((at for at in range(start, end) if not text[at].isspace()), end)
        places[min(bisect_right(ends, first), len(ends) - 1)].append(place)
    return list(made["input_ids"]), places


def described(text: str, ids: Sequence[int], places: Sequence[Sequence[int]], tokenizer: Any) -> list[Word]:
    """The words of a text with their pieces, each with the reason why it cannot be hidden, or ""."""
    pieces = tokenizer.convert_ids_to_tokens(list(ids))
    return [
        Word(text[start:end], tuple(own), _reason(text[start:end], own, tokenizer.unk_token))
        for (start, end), at in zip(spans(text), places, strict=True)
        for own in [[pieces[place] for place in at]]
    ]


def _reason(word: str, pieces: Sequence[str], unknown: str) -> str:
    if unknown in pieces:
        return "not all of its characters are known"
    if not any(map(str.isalnum, word)):
        return "a mark"
    if len(pieces) > 1:
        return f"{len(pieces)} pieces"
    if not (pieces and pieces[0].startswith(BEGINS) and pieces[0][1:].isalpha()):
        return "not a word of letters behind a space"
    return ""


def shown(piece: str, framing: Sequence[str]) -> str:
    """A piece as a reader sees it: what continues a word begins with "-"; the `framing` tokens, which stand
    before and behind a sentence, are told by what they mean."""
    if piece in framing:
        return "(the sentence begins)" if piece == framing[0] else "(the sentence ends)"
    if piece.startswith(BEGINS):
        return piece[1:] or "(a space)"
    return f"-{piece}" if piece[:1].isalnum() else piece
