"""A language model chooses its answer among the words of a text: every short stretch is scored, none is
written.

The winner is a quotation by construction, which does not make it right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.models.specs import Loaded
from demos.nlp.labels import softmax
from demos.nlp.novel_words import FUNCTION_WORDS

MAX_WORDS, MAX_STRETCHES = 5, 400
_WORD = re.compile(r"[$£€₩]?[^\W_](?:\S*[^\W_])?%?")
_BREAK = re.compile(r"[.;:!?]\s")


@dataclass(frozen=True)
class Choice:
    """text[start:end], and its probability among all stretches that were scored."""

    start: int
    end: int
    probability: float


Places = list[tuple[int, int]]


def stretches(text: str, asked: str = "", most: int = MAX_STRETCHES) -> tuple[Places, int]:
    """The places of stretches that may answer the question `asked`, and their maximum number of words.

    Up to MAX_WORDS words, or fewer if that would give more than `most` stretches to score.
    """
    for words in range(MAX_WORDS, 1, -1):
        places = _stretches(text, asked, words)
        if len(places) <= most:
            return places, words
    return _stretches(text, asked, 1), 1


def _stretches(text: str, asked: str, most_words: int) -> Places:
    """No stretch contains the end of a sentence, begins or ends with a function word, or only repeats words
    of the question; if that leaves none, all of them count."""
    words = [match.span() for match in _WORD.finditer(text)]
    every = [
        (start, end)
        for first, (start, _) in enumerate(words)
        for _, end in words[first : first + most_words]
        if not _BREAK.search(text, start, end) and _is_whole(text[start:end])
    ]
    known = set(_words(asked))

    def may_answer(place: tuple[int, int]) -> bool:
        said = _words(text[slice(*place)])
        return not (set(said) <= known or {said[0], said[-1]} & FUNCTION_WORDS)

    return [place for place in every if may_answer(place)] or every


def choose(
    prompt: str, text: str, places: Sequence[tuple[int, int]], until: str, loaded: Loaded
) -> tuple[Choice, ...]:
    """The places of a text, the likeliest continuation of the prompt first, each followed by `until`.

    Words that occur in the text several times count once, at their first place.
    """
    from demos.nlp.scoring import log_likelihoods  # imports torch

    first: dict[str, tuple[int, int]] = {}
    for place in places:
        first.setdefault(text[slice(*place)], place)
    scored = log_likelihoods(loaded, [(prompt, said + until) for said in first])
    shares = softmax(np.array([one.logprob for one in scored])).tolist()
    ranked = sorted(zip(first.values(), shares, strict=True), key=lambda item: -item[1])
    return tuple(Choice(start, end, share) for (start, end), share in ranked)


def _is_whole(said: str) -> bool:
    """Whether every bracket and quotation mark that opens is closed."""
    return all(said.count(opens) == said.count(closes) for opens, closes in ("()", "[]", "“”")) and (
        said.count('"') % 2 == 0
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold()) or [text]
