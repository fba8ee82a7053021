"""How near two computed numbers must be. Every comparison is noted down, so that what is close to failing on
another processor is seen on this one (`make test-kernels`).

Whoever asserts that two floats agree does so here, by the rule that fits; what is exact stays `==`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

OURS = 1e-9
"""Two ways of our own, both in float64: no rounding is in the way, so neither may a fault be."""
SHIPPED = 1e-5
"""Probabilities and attention of shipped weights in float32."""
TINY = 1e-4
"""Probabilities of random tiny models in float32: their weights are large, and so is their rounding."""
SUMMED = 1e-4
"""Log-likelihoods summed over tokens, logits, and what else grows with the text, in float32."""
ARRAYS = 1e-6
"""Arithmetic on given float32 numbers, with no model in between."""

worst: tuple[float, float, float] = (0.0, 0.0, 1.0)
"""Of the running test: deviation as a share of its tolerance, deviation, tolerance."""


def assert_close(actual: Any, expected: Any, atol: float, rtol: float = 0.0) -> None:
    """Every |actual - expected| is at most atol + rtol * |expected|; shapes broadcast, NaN equals NaN.

    Numbers, nested lists, arrays, tensors, and mappings (with the same keys) of these.
    """
    __tracebackhide__ = True
    if isinstance(expected, Mapping):
        assert actual.keys() == expected.keys()
        for name, wanted in expected.items():
            assert_close(actual[name], wanted, atol, rtol)
        return
    found, wanted = _array(actual), _array(expected)
    assert found.shape == wanted.shape or 0 in (found.ndim, wanted.ndim), (found.shape, wanted.shape)
    found, wanted = (part.ravel() for part in np.broadcast_arrays(found, wanted))
    if not found.size:
        return
    tolerance = atol + rtol * np.where(np.isfinite(wanted), np.abs(wanted), 0)
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    with np.errstate(invalid="ignore"):
        deviation = np.abs(found - wanted)
    deviation = np.where(same, 0, np.where(np.isnan(deviation), np.inf, deviation))
    at = int(np.argmax(deviation / tolerance))
    share = float(deviation[at] / tolerance[at])
    _note(share, float(deviation[at]), float(tolerance[at]))
    assert share <= 1, f"{found[at]} is not {wanted[at]}: {deviation[at]:.2g}, allowed {tolerance[at]:.2g}"


def _note(share: float, deviation: float, tolerance: float) -> None:
    global worst
    worst = max(worst, (share, deviation, tolerance))


def _array(numbers: Any) -> np.ndarray:
    """In float64, tensors with a gradient included."""
    if isinstance(numbers, (list, tuple)):
        return np.array([_array(item) for item in numbers])
    if hasattr(numbers, "detach"):
        numbers = numbers.detach()
    return np.asarray(numbers, dtype=np.float64)
