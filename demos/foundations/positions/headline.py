"""What a map, a shuffle, and the longer texts show, in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence

from demos.foundations.positions.reported import Line
from demos.foundations.positions.schemas import TITLES, MapResult, ShuffleResult
from demos.nlp.wording import listed

STILL = 0.0005
"""Probabilities that move less than this are called unmoved: float32 rounds a sum in another order."""


def of_maps(_: object, result: MapResult) -> str:
    """Where distance says all, and where a table was trained."""
    learned = next(one for one in result.maps if one.scheme == "learned")
    share = f"{100 * learned.by_distance:.0f} %"
    return (
        "Sines, rotation and a relative bias know only the distance of two positions. "
        f"Nobody told MiniLM's table so, yet distance explains {share} of it."
    )


def of_shuffle(_: object, result: ShuffleResult) -> str:
    """In how many gaps each encoder's first guess changed."""
    count = len(result.gaps)
    changed = {
        scheme: sum(gap.changes[number].changed for gap in result.gaps)
        for number, scheme in enumerate(TITLES)
    }
    still = all(gap.changes[0].moved < STILL for gap in result.gaps)
    blind = "no guess moves" if still else f"{changed['none']} change"
    rest = ", ".join(f"{TITLES[scheme].lower()} {n}" for scheme, n in changed.items() if scheme != "none")
    return f"Words shuffled: without positions {blind}; with them, of {count} first guesses change: {rest}."


def of_lengths(lines: Sequence[Line], trained: int) -> str:
    """Who guesses worse, and who better, with the longest text than with the longest one of training: where
    the difference is more than twice its standard error. "" where nothing was measured."""
    if not lines:
        return ""
    worse, better = (
        [_named(line) for line in lines if line.change and sign * line.change[0] > 2 * line.change[1]]
        for sign in (-1, 1)
    )
    ends = [_named(line) for line in lines if line.change is None]
    longest = max(point.length for line in lines for point in line.points)
    told = [
        f"worse with {listed(worse, 5)}" if worse else "",
        f"better with {listed(better, 5)}" if better else "",
        f"not at all with {listed(ends, 5)}" if ends else "",
    ]
    said = "; ".join(filter(None, told)) or "no clear difference"
    return f"With {longest} pieces of text instead of {trained}, as trained, words are guessed {said}."


def _named(line: Line) -> str:
    return TITLES[line.scheme].lower()
