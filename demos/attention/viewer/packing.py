"""The byte format that the browser reads: weights as compressed bytes, with one scale per block.

A weight w of a block with largest value `scale` is sent as round(255 w / scale), so the value in the browser
is off by at most scale / 510: 1/510 for attention, whose scale is 1.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

THUMBNAIL = 40


def pack(array: np.ndarray) -> str:
    """Compresses with zlib, at level 1 since a page waits for it, and encodes in base64."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes(), 1)).decode()


def unpack(data: str, dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The inverse of `pack`."""
    return np.frombuffer(zlib.decompress(base64.b64decode(data)), dtype).reshape(shape)


def quantise(weights: np.ndarray, scale: float) -> np.ndarray:
    """Weights in [0, scale] as uint8; the error of byte / 255 * scale is at most scale / 510."""
    if scale <= 0:
        return np.zeros(weights.shape, np.uint8)
    return np.rint(np.clip(weights / scale, 0, 1) * 255).astype(np.uint8)


def weight_scale(weights: np.ndarray) -> float:
    """1 if the weights are probabilities, otherwise the largest value, so that nothing is clipped."""
    largest = float(weights.max(initial=0.0))
    return 1.0 if largest <= 1.0 + 1e-6 else largest


def layer_data(name: str, layer: int, weights: np.ndarray) -> dict[str, Any]:
    """One layer [heads, n, m] in the browser's format."""
    scale = weight_scale(weights)
    heads, rows, columns = weights.shape
    return {
        "map": name,
        "layer": layer,
        "heads": heads,
        "rows": rows,
        "columns": columns,
        "scale": scale,
        "data": pack(quantise(weights, scale)),
    }


def pool(weights: np.ndarray, largest: int = THUMBNAIL) -> np.ndarray:
    """Max-pools [heads, n, m] to at most `largest` rows and columns: strong weights stay visible."""
    import torch

    _, n, m = weights.shape
    size = (min(n, largest), min(m, largest))
    return torch.nn.functional.adaptive_max_pool2d(torch.from_numpy(weights), size).numpy()


def thumbnails(pooled: list[np.ndarray]) -> dict[str, Any]:
    """The pooled layers [heads, r, c] of one map as one block."""
    stacked = np.stack(pooled)
    scale = weight_scale(stacked)
    return {
        "rows": stacked.shape[2],
        "columns": stacked.shape[3],
        "scale": scale,
        "data": pack(quantise(stacked, scale)),
    }
