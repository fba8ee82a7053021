"""Reads weights from an ONNX file without the onnx package: only the few protobuf fields that hold them.

A file is a ModelProto (onnx.proto3 of ONNX 1.x). This reads the constants of its graph, the names of its
nodes, and the constants that each node takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_TYPES = {1: np.dtype("<f4"), 2: np.dtype("u1")}  # TensorProto.DataType: FLOAT, UINT8
_IN_FIELD = {1: 4, 2: 5}  # a tensor of one number may be in float_data or int32_data, not raw_data


class OnnxError(ValueError):
    """The file is not an ONNX file that can be read here."""


@dataclass(frozen=True)
class Node:
    """One operation of the graph."""

    name: str
    operation: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """The operations of a model, and its float32 and uint8 constants by name."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, np.ndarray]


def read(path: Path) -> Graph:
    """Reads the graph of an ONNX file; raises OnnxError if the file is damaged or has other types."""
    try:
        graph = next(value for number, value in _fields(memoryview(path.read_bytes())) if number == 7)
        parts = [(number, value) for number, value in _fields(_bytes(graph)) if number in (1, 5)]
        nodes = tuple(_node(_bytes(value)) for number, value in parts if number == 1)
        return Graph(nodes, dict(_tensor(_bytes(value)) for number, value in parts if number == 5))
    except (IndexError, StopIteration, ValueError) as error:
        raise OnnxError(f"{path.name} cannot be read: {error}") from error


def _node(message: memoryview) -> Node:
    texts: dict[int, list[str]] = {1: [], 3: [""], 4: [""]}
    for number, value in _fields(message):
        if number in texts:
            texts[number].append(str(_bytes(value), "utf-8"))
    return Node(texts[3][-1], texts[4][-1], tuple(texts[1]))


def _tensor(message: memoryview) -> tuple[str, np.ndarray]:
    dims: list[int] = []
    kind, name, content = 0, "", memoryview(b"")
    scalars: dict[int, int | memoryview] = {}
    for number, value in _fields(message):
        if number == 1:
            dims += [value] if isinstance(value, int) else _varints(value)
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number == 8:
            name = str(_bytes(value), "utf-8")
        elif number == 9:
            content = _bytes(value)
        elif number in _IN_FIELD.values():
            scalars[number] = value
    if kind not in _TYPES:
        raise OnnxError(f"the tensor {name} has type {kind}")
    if scalar := scalars.get(_IN_FIELD[kind]):
        content = _scalar(kind, scalar)
    return name, np.frombuffer(content, _TYPES[kind]).reshape(dims)


def _scalar(kind: int, value: int | memoryview) -> memoryview:
    if kind == 1:
        return _bytes(value)
    numbers = [value] if isinstance(value, int) else _varints(value)
    return memoryview(bytes(numbers))


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yields the fields of a protobuf message: a number, and an integer or bytes."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, place = _varint(message, place)
            yield number, value
            continue
        if wire not in (1, 2, 5):
            raise OnnxError(f"wire type {wire}")
        size, place = _varint(message, place) if wire == 2 else ({1: 8, 5: 4}[wire], place)
        if place + size > len(message):
            raise OnnxError("a field ends behind the end of the file")
        yield number, message[place : place + size]
        place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _varints(packed: memoryview) -> list[int]:
    values, place = [], 0
    while place < len(packed):
        value, place = _varint(packed, place)
        values.append(value)
    return values


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise OnnxError("a number where bytes are expected")
    return value
