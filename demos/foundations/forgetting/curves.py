"""Shares over the course of a training, as a drawing of lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 270
LEFT, RIGHT, TOP, BOTTOM = 52, 150, 12, 40
GAP = 17
"""Least distance between two names."""


@dataclass(frozen=True)
class Line:
    """Shares in [0, 1] over `at`; kind: a class of the style sheet; a line without a name has no label."""

    name: str
    kind: str
    at: Sequence[float]
    shares: Sequence[float]


def curves(lines: Sequence[Line], title: str, said: str) -> str:
    """An SVG of all lines, with `title` under the axis and `said` for those who do not see it. Points that
    are NaN are left out."""
    last = max([1e-9, *(at for line in lines for at in line.at)])

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * at / last

    def y(share: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)

    parts = [
        f'<line class="curve-grid" x1="{LEFT}" x2="{x(last):.1f}" '
        f'y1="{y(tick / 4):.1f}" y2="{y(tick / 4):.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y(tick / 4) + 5:.1f}" text-anchor="end">{25 * tick} %</text>'
        for tick in range(5)
    ]
    whole = last == int(last) and last <= 10
    for tick in range(int(last) + 1) if whole else (0, last / 2, last):
        parts.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - 20}" text-anchor="middle">{tick:,.0f}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 3}" text-anchor="middle">{escape(title)}</text>')
    names: list[tuple[float, Line]] = []
    for line in lines:
        known = [
            (x(at), y(share)) for at, share in zip(line.at, line.shares, strict=True) if not math.isnan(share)
        ]
        if not known:
            continue
        path = "L".join(f"{one:.1f} {other:.1f}" for one, other in known)
        parts.append(f'<path class="curve {line.kind}" d="M{path}"/>')
        if len(known) < 12:
            parts += [f'<circle class="{line.kind}" cx="{a:.1f}" cy="{b:.1f}" r="3.5"/>' for a, b in known]
        if line.name:
            names.append((known[-1][1], line))
    parts += _labels(names, x(last) + 8)
    return (
        f'<svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(said, quote=True)}">'
        f"{''.join(parts)}</svg>"
    )


def _labels(names: list[tuple[float, Line]], left: float) -> list[str]:
    """The names beside the ends of their lines, moved apart."""
    placed, lowest = [], -math.inf
    for height, line in sorted(names, key=lambda pair: pair[0]):
        lowest = max(height + 5, lowest + GAP)
        text = (
            f'<text class="curve-name {line.kind}" x="{left:.1f}" y="{lowest:.1f}">{escape(line.name)}</text>'
        )
        placed.append(text)
    return placed
