"""Splits a text into sentences, by character offsets, with small rules for English and Korean and no model.

A mark that can end a sentence does so unless it is part of an abbreviation, an initial or a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """text[start:end], with the whitespace behind it; joined, the sentences of a text give the text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The sentence itself, without whitespace around it."""
        return text[self.start : self.end].strip()


_NEVER = frozenset(
    "mr mrs ms mx dr prof rev hon st mt ft gen col maj capt lt sgt sen rep gov pres vs cf e.g i.e viz fig "
    "figs eq eqs sec ch vol nos pp approx ca".split()
)
"""Followed by a full stop, these are abbreviations whatever comes next."""

_AT_TIMES = frozenset(
    "a.m p.m etc al inc ltd co corp jr sr dept est ave blvd jan feb mar apr jun jul aug sept sep oct nov "
    "dec".split()
)
"""These sometimes end a sentence: the next word decides."""

_STARTERS = frozenset(
    "the a an this that these those he she it they we you i his her its their our my in on at by for from to "
    "with as but and or so yet if when while after before since although however there here who what where "
    "why how then thus also no not one some many most all each".split()
)

_CLOSE = r"""["'”’»)\]」』〉》]*(?:\[\d+\])*"""
_END = re.compile(
    rf"(?P<stop>[.!?…]+){_CLOSE}(?=\s)"
    rf"|[。！？｡]+{_CLOSE}"
    r"|(?<=[다요죠까])[.!?]+(?=[가-힣])"  # Korean often omits the space
    r"|(?=\n[ \t\r]*\n)"
    r"|(?=\n[ \t]*(?:[-*•·]|\d{1,2}[.)])[ \t])"
)
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")


def sentences(text: str, fits: Callable[[str], bool] = lambda text: True) -> tuple[Sentence, ...]:
    """The sentences of a text, in order, without gaps; none if the text is only whitespace.

    A sentence for which `fits` is false is cut in two at the space nearest its middle, repeatedly if
    necessary.
    """
    if not text.strip():
        return ()
    first = _behind_space(text, 0)
    ends = {_behind_space(text, end) for end in _ends(text)} - {first}  # blank lines before it end nothing
    edges = sorted({0, *ends, len(text)})
    pieces: list[Sentence] = []
    for start, end in zip(edges, edges[1:], strict=False):
        if pieces and not _WORD.search(text, start, end):
            pieces[-1] = Sentence(pieces[-1].start, end)  # a lone mark belongs to the sentence before it
        else:
            pieces.append(Sentence(start, end))
    return tuple(part for piece in pieces for part in _cut(text, piece, fits))


def _ends(text: str) -> Iterator[int]:
    """Where sentences end, before the whitespace that follows."""
    for match in _END.finditer(text):
        if match["stop"] is None or _ends_there(text, match):
            yield match.end()


def _ends_there(text: str, match: re.Match[str]) -> bool:
    """Whether marks followed by whitespace end a sentence."""
    after = _WORD.search(text, match.end())
    following = after[0] if after else ""
    gap = text[match.end() : after.start()] if after else ""
    if "\n\n" in gap.replace("\r", "").replace(" ", ""):
        return True
    if following[:1].islower():
        return False
    if match["stop"] != ".":
        return True
    before = re.search(r"[^\s\"'“‘«(\[「『]*$", text[max(0, match.start() - 40) : match.start()])
    word = before[0].casefold() if before else ""
    if word in _NEVER:
        return False
    if word in ("no", "p", "art", "nr") and following[:1].isdigit():
        return False
    numbered = word.isdigit() and len(word) <= 2 and _begins_line(text, match.start() - len(word))
    if numbered:
        return False
    initial = len(word) == 1 and word.isalpha() and word.isascii()
    letters = re.fullmatch(r"(?:[a-z]\.)+[a-z]", word) is not None
    if initial or letters or word in _AT_TIMES:
        return following.casefold() in _STARTERS or not following
    return True


def _begins_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", 0, place) + 1 : place].strip()


def _behind_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _cut(text: str, piece: Sentence, fits: Callable[[str], bool]) -> Iterator[Sentence]:
    inner = piece.of(text)
    if len(inner) < 2 or fits(inner):
        yield piece
        return
    start = _behind_space(text, piece.start)
    middle = start + len(inner) // 2
    spaces = [match.end() for match in re.finditer(r"\s+", text[start : start + len(inner)])]
    at = min((start + space for space in spaces), key=lambda place: abs(place - middle), default=middle)
    yield from _cut(text, Sentence(piece.start, at), fits)
    yield from _cut(text, Sentence(at, piece.end), fits)
