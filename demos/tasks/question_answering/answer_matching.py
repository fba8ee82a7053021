"""Where an answer is in a passage, and how SQuAD's own script scores it (Rajpurkar et al. 2016)."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Likeness = Literal["exact", "but for case", "but for punctuation"]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Quotation:
    """passage[start:end] is the answer; `likeness` says how exactly they match."""

    start: int
    end: int
    likeness: Likeness


def quotation(passage: str, answer: str, within: Sequence[tuple[int, int]] = ()) -> Quotation | None:
    """Finds an answer in a passage, as whole words; None if it is not a quotation.

    Tries an exact match, then one that ignores case, then one that ignores the characters between words; each
    time first inside the stretches `within`, in order, then in the whole passage.
    """
    words = _WORD.findall(answer)
    if not words:
        return None
    trimmed = answer.strip().strip("\"'“”‘’«».,;:!? \n\t")
    between = r"[\W_]+"
    ways: tuple[tuple[Likeness, str, re.RegexFlag], ...] = (
        ("exact", re.escape(answer.strip()), re.NOFLAG),
        ("exact", re.escape(trimmed), re.NOFLAG),
        ("but for case", re.escape(trimmed), re.IGNORECASE),
        ("but for punctuation", between.join(map(re.escape, words)), re.IGNORECASE),
    )
    for likeness, pattern, flags in ways:
        found = re.compile(rf"(?<!\w){pattern}(?!\w)", flags)
        for start, end in (*within, (0, len(passage))):
            if pattern and (match := found.search(passage, start, end)):
                return Quotation(*match.span(), likeness)
    return None


def normalise(answer: str) -> str:
    """Lower case, without punctuation, articles and extra space: SQuAD's `normalize_answer`."""
    kept = "".join(character for character in answer.lower() if character not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", kept).split())


def exact_match(answer: str, truths: Sequence[str]) -> bool:
    """Whether an answer is one of the true ones, both normalised."""
    return normalise(answer) in map(normalise, truths)


def f1(answer: str, truths: Sequence[str]) -> float:
    """The F1 of an answer's words, counted with repetitions, against the closest true answer."""
    return max(_f1(normalise(answer).split(), normalise(truth).split()) for truth in truths)


def _f1(said: list[str], true: list[str]) -> float:
    if not said or not true:
        return float(said == true)
    common = sum((Counter(said) & Counter(true)).values())
    return 2 * common / (len(said) + len(true))
