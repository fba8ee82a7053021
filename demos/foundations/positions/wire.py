"""What the page's script draws (assets/js/foundations/positions.js)."""

from __future__ import annotations

from typing import Any

from demos.foundations.positions.headline import STILL, of_lengths, of_maps, of_shuffle
from demos.foundations.positions.reported import Line
from demos.foundations.positions.schemas import TITLES, Change, MapResult, PositionMap, ShuffleResult
from demos.texts import per_cent
from demos.ui.guess import Told, ranked

MAP_TITLES = {
    "sines": "Sines",
    "learned": "Learned table",
    "rotary": "Rotary",
    "relative": "Relative bias",
}


def maps(result: MapResult) -> dict[str, Any]:
    """The maps; of one that is a function of distance only its edges travel."""
    return {"headline": of_maps(None, result), "maps": [_map(one) for one in result.maps]}


def _map(one: PositionMap) -> dict[str, Any]:
    values = one.values
    by_distance = [*(row[0] for row in reversed(values[1:])), *values[0]]
    whole = all(
        value == by_distance[column - row + len(values) - 1]
        for row, of in enumerate(values)
        for column, value in enumerate(of)
    )
    return {
        "title": MAP_TITLES[one.scheme],
        "checkpoint": one.title,
        "measure": one.measure,
        "positions": len(values),
        "distances": by_distance if whole else None,
        "rows": None if whole else values,
        "heads": one.heads,
        "said": "Distance alone decides."
        if whole
        else f"Distance explains {100 * one.by_distance:.0f} % of what differs here.",
    }


def shuffle(result: ShuffleResult) -> dict[str, Any]:
    """The words in both orders, and of each gap the encoders' guesses."""
    return {
        "headline": of_shuffle(None, result),
        "words": result.words,
        "order": result.order,
        "titles": list(TITLES.values()),
        "gaps": [
            {"word": gap.word, "changes": [_change(change) for change in gap.changes]} for gap in result.gaps
        ],
        "opening": result.opening,
        "guess": to_guess(result),
    }


def to_guess(result: ShuffleResult) -> Told:
    """The encoder whose probabilities move least, whichever word is hidden."""
    moved = [max(gap.changes[i].moved for gap in result.gaps) for i in range(len(TITLES))]
    return ranked(list(TITLES.values()), [0.0 if most < STILL else -most for most in moved])


def _change(change: Change) -> dict[str, Any]:
    still = change.moved < STILL
    return {
        "before": [change.before.text, per_cent(change.before.probability)],
        "after": [change.after.text, per_cent(change.after.probability)],
        "changed": change.changed,
        "moved": 0 if still else change.moved,
        "said": "nothing" if still else per_cent(change.moved),
    }


def lengths(lines: list[Line], trained: int, images: int, gaps: int) -> dict[str, Any]:
    """The curves of accuracy by length."""
    return {
        "headline": of_lengths(lines, trained),
        "caption": (
            f"{gaps:,} hidden words of {images:,} held-out images, the same at every length: only the text "
            "in front of them, other captions of the image, grows. ± one standard error over images; one "
            "training run each."
        ),
        "trained": trained,
        "lines": [
            {
                "title": TITLES[line.scheme],
                "points": [[point.length, point.accuracy, point.error] for point in line.points],
            }
            for line in lines
        ],
    }
