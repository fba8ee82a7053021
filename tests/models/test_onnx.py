"""Weights out of an ONNX file: read as written by hand, unpacked as defined, equal to ONNX Runtime."""

from __future__ import annotations

import struct

import numpy as np
import onnxruntime
import pytest
import torch

from demos.models import bundled
from demos.models.cache import shared_cache
from demos.models.catalog import checkpoint
from demos.models.onnx_file import Graph, Node, OnnxError, read
from demos.models.onnx_weights import matrix, parameters
from demos.models.specs import Spec
from tests.closeness import assert_close


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name: str, kind: int, dims: tuple[int, ...], *content: bytes) -> bytes:
    sizes = b"".join(field(1, size) for size in dims)
    return sizes + field(2, kind) + field(8, name.encode()) + b"".join(content)


def model(*parts: bytes) -> bytes:
    return field(1, 8) + field(2, b"a producer") + field(7, b"".join(parts))


def test_constants_and_nodes_are_read(tmp_path):
    numbers = np.arange(300, dtype="<f4").reshape(2, 150)
    node = field(1, b"x") + field(1, b"w") + field(2, b"y") + field(3, b"/a/b/MatMul") + field(4, b"MatMul")
    (tmp_path / "m.onnx").write_bytes(
        model(
            field(5, tensor("w", 1, (2, 150), field(9, numbers.tobytes()))),
            field(5, tensor("packed dims", 2, (), field(1, varint(2) + varint(1)), field(9, b"\xff\x00"))),
            field(5, tensor("scale", 1, (), field(4, struct.pack("<f", 0.5)))),
            field(5, tensor("zero", 2, (), field(5, varint(131)))),
            field(1, node),
        )
    )
    graph = read(tmp_path / "m.onnx")
    assert graph.nodes == (Node("/a/b/MatMul", "MatMul", ("x", "w")),)
    np.testing.assert_array_equal(graph.constants["w"], numbers)
    assert graph.constants["packed dims"].tolist() == [[255], [0]]
    assert graph.constants["scale"] == 0.5 and graph.constants["zero"] == 131


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\x80",
        b"\x3a\xff\x01ab",
        field(7, 3),
        model(field(5, tensor("i64", 7, (1,), field(9, b"12345678")))),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, damaged):
    (tmp_path / "m.onnx").write_bytes(damaged)
    with pytest.raises(OnnxError, match="m.onnx cannot be read"):
        read(tmp_path / "m.onnx")


def test_nibbles_are_dequantised_as_defined():
    generator = np.random.default_rng(0)
    packed = generator.integers(0, 256, (3, 2, 16), dtype=np.uint8)
    scales = generator.random((3, 2), dtype=np.float32)
    for out in range(3):
        for place in range(64):
            block, inside = divmod(place, 32)
            nibble = packed[out, block, inside // 2] >> 4 * (inside % 2) & 0xF
            assert matrix(packed, scales)[out, place] == np.float32(int(nibble) - 8) * scales[out, block]


def test_parameters_get_the_names_of_transformers():
    constants = {
        "onnx::MatMul_1_Q4": np.full((1, 1, 16), 0x98, np.uint8),
        "onnx::MatMul_1_scales": np.ones(1, np.float32),
        "e.weight_quantized": np.array([[3, 5]], np.uint8),
        "e.weight_scale": np.array(0.5, np.float32),
        "e.weight_zero_point": np.array(4, np.uint8),
        "e.bias": np.zeros(1, np.float32),
    }
    node = Node(
        "/layer.0/query/MatMul_Q4", "MatMulNBits", ("x", "onnx::MatMul_1_Q4", "onnx::MatMul_1_scales")
    )
    found = parameters(Graph((node,), constants))
    assert found.keys() == {"layer.0.query.weight", "e.weight", "e.bias"}
    assert found["layer.0.query.weight"].tolist() == [[0.0, 1.0] * 16]
    assert found["e.weight"].tolist() == [[-0.5, 0.5]]


def test_rampart_says_what_onnx_runtime_says():
    source = checkpoint("rampart").bundled
    session = onnxruntime.InferenceSession(bundled.locate(source) / source.packed)
    with shared_cache().lease(Spec("rampart", "token-classification")) as loaded:
        for text in ("I am Jane Doe, 12 Main Street. Call 555-0147 🙂", "홍길동", "word " * 400):
            batch = loaded.tokenizer(text, return_tensors="np")
            [expected] = session.run(None, {name: array.astype(np.int64) for name, array in batch.items()})
            with torch.inference_mode():
                logits = loaded.model(**{name: torch.tensor(array) for name, array in batch.items()}).logits
            assert_close(logits.numpy(), expected, atol=1e-4)
