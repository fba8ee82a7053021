"""Gradients and integrated gradients of any function of a sentence's vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

STEPS = (50, 100, 200, 400, 800)
"""Points of the quadrature, tried in turn until the attributions add up: long texts need more."""
TOLERANCE = 1e-3
BATCH_POSITIONS = 1024
"""Positions per forward pass: the steps of a long sentence are split into several batches."""


def gradient_at(function: Callable[[torch.Tensor], torch.Tensor], point: torch.Tensor) -> torch.Tensor:
    """The gradient of `function`, from [1, *shape] to [1], at `point` [*shape]."""
    with torch.enable_grad():
        here = point.detach()[None].requires_grad_()
        (gradient,) = torch.autograd.grad(function(here).sum(), here)
    return gradient[0]


def integrated_gradients(
    function: Callable[[torch.Tensor], torch.Tensor], start: torch.Tensor, end: torch.Tensor
) -> tuple[torch.Tensor, float]:
    """Integrated gradients [n, width] from `start` to `end` [n, width], and function(start).

    Sundararajan et al. 2017 (arXiv:1703.01365), equation 1, by Gauss-Legendre quadrature. `function` maps [v,
    n, width] to [v]. The attributions add up to function(end) - function(start) within TOLERANCE
    ("completeness"); if no number in STEPS suffices, they are NaN.
    """
    with torch.no_grad():
        baseline, whole = function(torch.stack([start, end])).tolist()
    for steps in STEPS:
        attribution = _quadrature(function, start, end, steps)
        if abs(attribution.sum().item() - (whole - baseline)) <= TOLERANCE:
            return attribution, baseline
    return torch.full_like(end, float("nan")), baseline


def _quadrature(
    function: Callable[[torch.Tensor], torch.Tensor], start: torch.Tensor, end: torch.Tensor, steps: int
) -> torch.Tensor:
    points, weights = np.polynomial.legendre.leggauss(steps)
    share = torch.tensor((points + 1) / 2, dtype=end.dtype)[:, None, None]
    weight = torch.tensor(weights / 2, dtype=end.dtype)[:, None, None]
    total = torch.zeros_like(end)
    at_once = max(1, BATCH_POSITIONS // end.shape[0])
    for some in torch.arange(steps).split(at_once):
        with torch.enable_grad():
            between = (start + share[some] * (end - start)).requires_grad_()
            (gradient,) = torch.autograd.grad(function(between).sum(), between)
        total += (weight[some] * gradient).sum(0)
    return total * (end - start)
