"""Sentences on a map: the two directions in which their vectors differ most (principal components)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

RATIO = 1.5
"""The map's width divided by its height."""
WIDTH, HEIGHT = 130, 28
"""The map's size in letters and lines, used to keep labels from overlapping."""
LABEL = 26


def project(vectors: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Places [n, 2] of vectors [n, width], and the share of their variance that each of the two axes holds.

    Each axis points in the direction in which its largest entry is positive, so that the same vectors always
    give the same map. With two vectors, or equal ones, some axes have no variance: all places are 0 there.
    """
    centred = vectors.astype(np.float64) - vectors.mean(0, dtype=np.float64)
    left, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    variances = lengths**2
    total = variances.sum()
    places = np.zeros((len(vectors), 2))
    explained = [0.0, 0.0]
    for axis in range(min(2, len(lengths))):
        if total <= 1e-12 or variances[axis] <= 1e-9 * total:
            break
        sign = np.sign(axes[axis, np.abs(axes[axis]).argmax()])
        places[:, axis] = sign * left[:, axis] * lengths[axis]
        explained[axis] = float(variances[axis] / total)
    return places, (explained[0], explained[1])


def picture(sentences: Sequence[str], places: np.ndarray, explained: tuple[float, float]) -> str:
    """The map as HTML: a numbered dot for every sentence, with its first words where there is room.

    Both axes have the same scale. A narrow map shows only the numbers. Sentences without a place (NaN) are
    left out; the others keep their numbers.
    """
    shown = [number for number, place in enumerate(places) if not np.isnan(place).any()]
    places = places[shown]
    middle = (places.max(0) + places.min(0)) / 2
    across, down = np.maximum(places.max(0) - places.min(0), 1e-9)
    scale = 88 * min(1 / across, 1 / (RATIO * down))
    spots = [(50 + scale * x, 50 - scale * RATIO * y) for x, y in (places - middle).tolist()]
    taken = [_box(*spot, 1, 1) for spot in spots]
    dots = []
    for number, (place, (x, y)) in enumerate(zip(shown, spots, strict=True)):
        sentence = sentences[place]
        short = sentence if len(sentence) <= LABEL else sentence[: LABEL - 1].rstrip() + "…"
        sides = [(_box(x, y, 2, len(short) + 4), ""), (_box(x, y, len(short) + 4, 2), "task-map-left")]
        others = [*taken[:number], *taken[number + 1 :]]
        room = next(((box, side) for box, side in sides if _is_free(box, others)), None)
        label = ""
        if room:
            taken.append(room[0])
            label = f'<bdi class="task-map-label">{escape(short)}</bdi>'
        dots.append(
            f'<li class="{room[1] if room else ""}" style="left: {x:.2f}%; top: {y:.2f}%" '
            f'title="{escape(sentence, quote=True)}">'
            f'<span class="stage-number">{place + 1}</span>{label}</li>'
        )
    first, second = (f"{share:.0%}".replace("%", " %") for share in explained)
    said = (
        "Map: the two directions in which these sentences differ most. "
        f"Across {first} of the differences, up and down {second}; the rest is not shown, so that what lies "
        "close here may be far apart."
    )
    return (
        f'<figure class="task-map"><figcaption>{said}</figcaption>'
        f'<ol role="list" aria-label="Map of the sentences">{"".join(dots)}</ol></figure>'
    )


Box = tuple[float, float, float, float]
"""Left, right, top, bottom, in per cent."""


def _box(x: float, y: float, before: int, behind: int) -> Box:
    """The space taken by a dot with so many letters before and after it."""
    letter, half_line = 100 / WIDTH, 50 / HEIGHT
    return x - before * letter, x + behind * letter, y - half_line, y + half_line


def _is_free(box: Box, others: Sequence[Box]) -> bool:
    inside = box[0] >= 0 and box[1] <= 100
    return inside and not any(
        box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]
        for other in others
    )
