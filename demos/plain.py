"""Results as plain JSON values, and back."""

from __future__ import annotations

import base64
import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
import orjson

Arrays = Literal["lists", "base64"]


def to_plain(value: Any, arrays: Arrays = "lists") -> Any:
    """Turns a result into plain JSON values: NaN becomes None, and arrays become nested lists, or are
    `packed` where the reader asks for base64.

    In lists, a float32 becomes the shortest decimal that reads back as the same float32.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in dataclasses.fields(value))
        return {name: to_plain(getattr(value, name), arrays) for name in names}
    if isinstance(value, np.ndarray):
        if arrays == "base64":
            return packed(value)
        return orjson.loads(orjson.dumps(np.ascontiguousarray(value), option=orjson.OPT_SERIALIZE_NUMPY))
    if isinstance(value, Mapping):
        return {key: to_plain(item, arrays) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item, arrays) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def packed(array: np.ndarray) -> dict[str, Any]:
    """Packs an array of numbers: numpy's type name with the byte order (such as "<f4", little-endian
    float32), the shape, and the bytes in base64 with the last axis varying fastest. NaN stays NaN."""
    ordered = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {
        "dtype": ordered.dtype.str,
        "shape": list(array.shape),
        "base64": base64.b64encode(ordered.tobytes()).decode("ascii"),
    }


def unpacked(plain: Mapping[str, Any]) -> np.ndarray:
    """The array that `packed` packed."""
    content = np.frombuffer(base64.b64decode(plain["base64"]), plain["dtype"]).reshape(plain["shape"])
    return content.astype(content.dtype.newbyteorder("="))


def from_plain(hint: Any, plain: Any) -> Any:
    """Reads a value of type `hint` from what `to_plain(value, "base64")` made of it.

    Raises `TypeError` or `KeyError` where the two do not match. Where `hint` is Any, the value stays as it
    is, except for packed arrays.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(plain, Mapping) and plain.keys() == {"dtype", "shape", "base64"}:
        return unpacked(plain)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = _hints(hint)
        if unknown := plain.keys() - hints.keys():
            raise TypeError(f"{hint.__name__} has no {', '.join(sorted(unknown))}")
        return hint(**{name: from_plain(hints[name], item) for name, item in plain.items()})
    if origin is Annotated:
        return from_plain(arguments[0], plain)
    if origin in (typing.Union, types.UnionType):
        return _one_of(arguments, plain)
    if hint is float and not isinstance(plain, Mapping | int):  # whole numbers stay whole, also in JSON
        return math.nan if plain is None else float(plain)
    if isinstance(plain, list):
        return _several(origin or hint, arguments, plain)
    if isinstance(plain, Mapping):
        inner = arguments[1] if len(arguments) == 2 else Any
        return {key: from_plain(inner, item) for key, item in plain.items()}
    return plain


def _several(origin: Any, arguments: tuple[Any, ...], plain: list[Any]) -> Any:
    if origin is not tuple:
        inner = arguments[0] if arguments else Any
        return [from_plain(inner, item) for item in plain]
    if not arguments or arguments[-1] is ...:
        inner = arguments[0] if arguments else Any
        return tuple(from_plain(inner, item) for item in plain)
    return tuple(from_plain(inner, item) for inner, item in zip(arguments, plain, strict=True))


def _one_of(hints: tuple[Any, ...], plain: Any) -> Any:
    """Reads a value of a union by the first of its types that fits."""
    if plain is None:
        return None if types.NoneType in hints else from_plain(float, None)
    for hint in hints:
        if dataclasses.is_dataclass(hint) != isinstance(plain, Mapping) and typing.get_origin(hint) is None:
            continue
        try:
            return from_plain(hint, plain)
        except (TypeError, KeyError, ValueError):
            continue
    return plain


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)
