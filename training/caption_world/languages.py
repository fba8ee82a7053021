"""Which of three languages a caption is in: the one of whose function words it has most."""

from __future__ import annotations

import re

FUNCTION_WORDS = {
    "en": "a an the and is are in on of with at to while his her their by for from that another people man",
    "de": "ein eine einen einem einer der die das den dem des und ist sind in im auf mit an am vor von bei "
    "zu während sein seine ihr ihre einige zwei steht sitzt mann frau",
    "fr": "un une des le la les l d de du et est sont dans sur avec à au aux en sa son ses leur leurs pour "
    "par tandis qui deux homme femme",
}
_WORDS = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}


def guess(text: str) -> str | None:
    """The language's code, or None where two have as many."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = sorted(((sum(word in known for word in words), code) for code, known in _WORDS.items()))
    return counts[-1][1] if counts[-1][0] > counts[-2][0] else None


def share(texts: list[str], language: str) -> float:
    """Share of texts that are taken for this language."""
    return sum(guess(text) == language for text in texts) / len(texts)
