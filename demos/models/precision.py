"""The precision of computations on a model's output."""

from __future__ import annotations

from typing import Any


def at_least_single(tensor: Any) -> Any:
    """Turns halves, which are too coarse for a softmax or a sum, into float32; leaves others unchanged."""
    import torch

    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))
