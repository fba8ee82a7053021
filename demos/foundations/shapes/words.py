"""Shapes, amounts and memory in words."""

from __future__ import annotations

from collections.abc import Sequence


def shape(sizes: Sequence[int]) -> str:
    """ "[2, 16, 384]" """
    return f"[{', '.join(map(str, sizes))}]"


def amount(number: float) -> str:
    """Four digits at most: "768", "22.7 million", "70.6 billion", "4.4 trillion"."""
    for size, name in ((1e15, "quadrillion"), (1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= 0.9995 * size:
            return f"{_digits(number / size)} {name}"
    return f"{number:,.0f}"


def memory(number: float) -> str:
    """Bytes in units of a thousand: "45.4 MB"."""
    for size, unit in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if number >= 0.9995 * size:
            return f"{_digits(number / size)} {unit}"
    return f"{number:,.0f} bytes"


def _digits(number: float) -> str:
    return f"{number:,.0f}" if number >= 999.5 else f"{number:.3g}"
