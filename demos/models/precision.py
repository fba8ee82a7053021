"""In what precision numbers are computed from what a model puts out."""

from __future__ import annotations

from typing import Any


def at_least_single(tensor: Any) -> Any:
    """A tensor of halves as float32, since they are too coarse for a softmax or a sum; others as they are."""
    import torch

    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))
