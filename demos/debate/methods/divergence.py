"""How far apart two predictions or two attention distributions are."""

from __future__ import annotations

import torch

SMALLEST = 1e-10
"""Lower bound for probabilities before a logarithm, as in Wiegreffe & Pinter's experiments."""


def total_variation(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """Total variation distance of two-class predictions given as P(positive), in [0, 1]: |p - q|."""
    return (p - q).abs()


def kl_divergence(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """KL(p || q) in nats over the last dimension; zeros of p contribute nothing."""
    return (p * (p.clamp_min(SMALLEST).log() - q.clamp_min(SMALLEST).log())).sum(-1)


def jensen_shannon(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """Jensen-Shannon divergence in nats over the last dimension, in [0, ln 2]."""
    middle = (p + q) / 2
    return (kl_divergence(p, middle) + kl_divergence(q, middle)) / 2
