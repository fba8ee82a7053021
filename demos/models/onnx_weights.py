"""A quantised ONNX export as float32 safetensors, under transformers' parameter names.

Matrices are `MatMulNBits` of ONNX Runtime's contrib operators: four bits a weight, low nibble first; each
block of 32 along the input has its own scale, and 8 stands for zero. Embeddings are bytes with one scale and
one zero point for a whole table (`DequantizeLinear`). Everything else is float32 already.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from demos.models.onnx_file import Graph, OnnxError, read

MIDDLE = 8
_QUANTISED = ("_Q4", "_scales", "_quantized", "_scale", "_zero_point")


def unpack(file: Path, into: Path) -> None:
    """Writes the weights of an ONNX file as `model.safetensors` into a folder."""
    save_file(parameters(read(file)), into / "model.safetensors", {"format": "pt"})


def parameters(graph: Graph) -> dict[str, np.ndarray]:
    """Every parameter of the exported model by its name in transformers, float32."""
    found = {name: value for name, value in graph.constants.items() if not name.endswith(_QUANTISED)}
    for node in graph.nodes:
        if node.operation == "MatMulNBits":
            if len(node.inputs) != 3:
                raise OnnxError(f"{node.name} has zero points of its own")
            packed, scales = (graph.constants[name] for name in node.inputs[1:])
            module = node.name.strip("/").rpartition("/")[0].replace("/", ".")
            found[f"{module}.weight"] = matrix(packed, scales)
    for name, values in graph.constants.items():
        if name.endswith("_quantized"):
            name = name.removesuffix("_quantized")
            scale, zero = (graph.constants[f"{name}_{part}"] for part in ("scale", "zero_point"))
            found[name] = (values.astype(np.float32) - zero.astype(np.float32)) * scale
    return found


def matrix(packed: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Weights [out, in] from nibbles [out, blocks, 16] and scales [out, blocks] (in any shape that fits)."""
    out, blocks, width = packed.shape
    values = np.stack([packed & 0xF, packed >> 4], axis=-1).reshape(out, blocks, 2 * width)
    centred = values.astype(np.float32) - MIDDLE
    return (centred * scales.reshape(out, blocks, 1)).reshape(out, blocks * 2 * width)
