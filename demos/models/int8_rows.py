"""Weights as whole numbers from -127 to 127 with one scale a row: half the size of half precision.

Every number is at most half a scale from its own; a row's scale is its largest magnitude over 127 (symmetric
quantisation; Jacob et al. 2018, arXiv:1712.05877, section 2.1, with zero point 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

SCALE = ".scale"


def quantize_rows(weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights [..., n] as int8 of the same shape and a float32 scale [..., 1] of each row."""
    scale = weights.float().abs().amax(-1, keepdim=True) / 127
    whole = weights.float() / torch.where(scale > 0, scale, 1.0)
    return whole.round().clamp(-127, 127).to(torch.int8), scale


def dequantize_rows(whole: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """The weights again, float32."""
    return whole.float() * scale


def save_rows(weights: Mapping[str, torch.Tensor], path: Path) -> None:
    """Writes a state dict: matrices as int8 rows, vectors in half precision, a shared tensor once."""
    written: dict[str, torch.Tensor] = {}
    seen: set[int] = set()
    for name, tensor in weights.items():
        if tensor.data_ptr() in seen:
            continue
        seen.add(tensor.data_ptr())
        if tensor.dim() < 2 or not tensor.is_floating_point():
            written[name] = tensor.half() if tensor.is_floating_point() else tensor
        else:
            written[name], written[name + SCALE] = quantize_rows(tensor)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in written.items()}, path)
    path.chmod(0o644)


def load_rows(path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a file of `save_rows` in float32; shared tensors stand in it once, so that a model
    takes it with `load_state_dict(..., strict=False)` and `tie_weights()`."""
    found = load_file(path)
    return {
        name: dequantize_rows(tensor, found[name + SCALE]) if name + SCALE in found else tensor.float()
        for name, tensor in found.items()
        if not name.endswith(SCALE)
    }
