"""The hostile inputs, one a line of a file in `corpus/`, and which of them go where."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).with_name("corpus")
KINDS = tuple(sorted(path.stem for path in FOLDER.glob("*.jsonl")))
JSON_TEXTS = "values"
"""The file whose lines are JSON texts themselves, since some of them no JSON text could quote: NaN, 1e999."""

T = TypeVar("T")


@cache
def inputs(kind: str) -> tuple[str | bytes, ...]:
    """All inputs of one file."""
    lines = (FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_made(line, kind) for line in lines)


def texts(kind: str) -> list[str]:
    """Those inputs of a file that are texts."""
    return [one for one in inputs(kind) if isinstance(one, str)]


def raw(kind: str) -> list[bytes]:
    """All inputs of a file as the bytes that are sent or stored; half a character as a program would."""
    return [one if isinstance(one, bytes) else one.encode("utf-8", "surrogatepass") for one in inputs(kind)]


@cache
def values() -> list[Any]:
    """The JSON values that Python's parser reads."""
    return [json.loads(text) for text in texts(JSON_TEXTS) if not _endless(text)]


def share(of: Sequence[T], place: int, places: int) -> list[T]:
    """The inputs that fall to one of several places, by a hash: each falls to one, and always to the same."""
    return [one for one in of if _number(one) % places == place]


def told(one: Any) -> str:
    """An input as a failed test shows it."""
    said = ascii(one)
    return said if len(said) < 200 else f"{said[:150]} … {said[-30:]} ({len(said):,})"


def _made(line: str, kind: str) -> str | bytes:
    try:
        found = json.loads(line)
    except ValueError:
        return line
    if isinstance(found, dict) and "times" in found:
        return _text(found)
    if kind == JSON_TEXTS:
        return line
    return bytes.fromhex(found["hex"]) if isinstance(found, dict) and "hex" in found else _text(found)


def _text(recipe: Any) -> str:
    if isinstance(recipe, str):
        return recipe
    if "packed" in recipe:
        packed = zlib.compress(_text(recipe["packed"]).encode("utf-8", "surrogatepass"))
        return "1." + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    repeated, closed = recipe["repeat"] * recipe["times"], recipe.get("close", "") * recipe["times"]
    return recipe.get("begin", "") + repeated + recipe.get("end", "") + closed


def _endless(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def _number(one: Any) -> int:
    data = one if isinstance(one, bytes) else ascii(one).encode()
    return int.from_bytes(sha256(data).digest()[:8])
