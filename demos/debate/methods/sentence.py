"""A sentence as the trial's models read it: words, and the ids into which each word is split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from demos.errors import BadInput
from demos.texts import check_text

MAX_WORDS = 100
LABELS = ("negative", "positive")
"""The classes of every classifier on trial; P(positive) is the probability of the second one."""

Erasure = Literal["delete", "mask", "attention"]


@dataclass(frozen=True)
class Sentence:
    """words [n] as shown; ids: the vocabulary entries of each word; unknown [n]: words that the model cannot
    read, because it sees only that something was there, or letters of a script that it was not trained on;
    unread_symbols: the text's symbols, such as emoji, that are dropped or become an unknown token."""

    words: tuple[str, ...]
    ids: tuple[tuple[int, ...], ...]
    unknown: tuple[bool, ...]
    unread_symbols: tuple[str, ...] = ()


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, split at white space; punctuation on its own joins the word before it."""
    words: list[str] = []
    for piece in text.split():
        if words and not any(character.isalnum() for character in piece):
            words[-1] = f"{words[-1]} {piece}"
        else:
            words.append(piece)
    return tuple(words)


def check_sentence(text: str) -> None:
    """Raises `BadInput` unless a text can be put on trial."""
    check_count(len(split_words(check_text(text))), "words", MAX_WORDS)


def check_count(count: int, what: str, most: int) -> None:
    """Raises `BadInput` for a text with more than `most` words or tokens."""
    if count > most:
        raise BadInput(
            f"The text has {count:,} {what}; the experiments read at most {most}.",
            "Use one or two sentences.",
        )
