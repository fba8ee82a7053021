"""The words of a target, and what the model would rather have had in the place of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demos.errors import BadInput
from demos.foundations.teacher_forcing.schemas import Word

BEGINS = "▁"
"""With what a piece begins that stands behind a space."""
END = "(end)"
ALTERNATIVES = 2
MAX_CHARACTERS = 30
"""Of a word that is typed."""


def shown(piece: str, end: str) -> str:
    """A piece as a reader sees it."""
    return END if piece == end else piece.removeprefix(BEGINS) or "␣"


def words_of(pieces: Sequence[str], end: str) -> list[Word]:
    """The words of a target: a piece behind a space begins one, and so does a mark; other pieces continue."""
    starts = [
        place
        for place, piece in enumerate(pieces)
        if place == 0 or begins(piece, end) or is_mark(pieces[place - 1])
    ]
    return [
        _word(pieces, start, stop, end)
        for start, stop in zip(starts, [*starts[1:], len(pieces)], strict=True)
    ]


def begins(piece: str, end: str) -> bool:
    """Whether a word, a mark or the end begins with this piece."""
    return piece.startswith(BEGINS) or piece == end or is_mark(piece)


def is_mark(piece: str) -> bool:
    """Whether a piece is a mark that stands beside words; those inside words ("l'eau") belong to them."""
    return bool(piece) and all(character in '.,;:!?"“”«»()' for character in piece)


def _word(pieces: Sequence[str], start: int, stop: int, end: str) -> Word:
    text = "".join(shown(piece, end) for piece in pieces[start:stop])
    fixed = "" if pieces[start].startswith(BEGINS) and text[:1].isalpha() else "not a word of letters"
    return Word(text, start, stop, fixed)


def rather(scores: Any, original: int, tokenizer: Any) -> list[int]:
    """The likeliest pieces at the place of `original` that begin another word of letters, the likeliest
    first and at most ALTERNATIVES; scores [vocabulary].
    """
    ranked = scores.topk(min(50, len(scores))).indices.tolist()
    pieces = tokenizer.convert_ids_to_tokens(ranked)
    own = str(tokenizer.convert_ids_to_tokens([original])[0]).casefold()
    words = [
        index
        for index, piece in zip(ranked, pieces, strict=True)
        if piece.startswith(BEGINS) and piece[1:].isalpha() and piece.casefold() != own
    ]
    return words[:ALTERNATIVES]


def spelt(word: str, tokenizer: Any) -> list[int]:
    """The ids of one typed word. Raises `BadInput` for several or none, and for what cannot be spelt."""
    if not 0 < len(word.split()) < 2 or len(word) > MAX_CHARACTERS:
        raise BadInput(
            "Only one word can stand in the place of another.",
            f"Type one word of at most {MAX_CHARACTERS} characters.",
        )
    ids = tokenizer(text_target=word.strip(), add_special_tokens=False, split_special_tokens=True)[
        "input_ids"
    ]
    if not ids or tokenizer.unk_token_id in ids:
        raise BadInput(
            "This model cannot spell that word: it has characters that its vocabulary lacks.", "Type another."
        )
    return list(ids)
