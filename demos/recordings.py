"""Answers that were computed before: those of every example of every demo, so that a page opens with an
answer, and needs no model to show it.

A file per endpoint in `assets/recordings/`, compressed JSON:

    {"made": "2026-11-29", "with": {"torch": "2.13.0", ...}, "answers": [{"inputs": ..., "result": ...}]}

Inputs and results are the same plain data as the API's, with arrays `packed`. A result names its checkpoint
and revision in its `origin`. Where an example is refused, the result is {"refused": ..., "facts": ...}: the
error's class and its attributes. Durations are left out (0). `make record` writes them, and a test computes
them again.
"""

from __future__ import annotations

import dataclasses
import gzip
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from demos.contract import Endpoint, to_plain
from demos.errors import StageError, refusal, refused
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.plain import from_plain

FOLDER = ASSETS / "recordings"


@dataclass(frozen=True)
class Recorded:
    """The recorded answers of one endpoint. made: the date; versions: of the packages that computed them, by
    name; answers: plain results, by `key_of` their inputs."""

    made: str
    versions: Mapping[str, str]
    answers: Mapping[bytes, Any]

    @property
    def told(self) -> str:
        """When and with what they were made, in words."""
        named = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"{self.made} with {named}" if named else self.made


NONE = Recorded("", {}, {})


class Recordings:
    """The recordings in a folder, each endpoint's read when it is first asked for."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._read: dict[str, Recorded] = {}
        self._lock = threading.Lock()

    def of(self, endpoint: Endpoint) -> Recorded:
        """The recorded answers of an endpoint; none if it has no file."""
        with self._lock:
            if endpoint.name not in self._read:
                self._read[endpoint.name] = read(self.folder / f"{endpoint.name}.json.gz")
            return self._read[endpoint.name]

    def find(self, endpoint: Endpoint, inputs: Any) -> Any:
        """The recorded result for these inputs, its origin saying when it was made; the `StageError` that
        refuses them; or None."""
        recorded = self.of(endpoint)
        plain = recorded.answers.get(key_of(inputs)) if recorded.answers else None
        if plain is None:
            return None
        if error := refusal(plain):
            return error
        result = from_plain(endpoint.result_type, plain)
        origin = getattr(result, "origin", None)
        if not isinstance(origin, Origin):
            return result
        return dataclasses.replace(result, origin=dataclasses.replace(origin, recorded=recorded.told))


def key_of(inputs: Any) -> bytes:
    """Inputs as the bytes under which their answer is filed."""
    return orjson.dumps(to_plain(inputs), option=orjson.OPT_SORT_KEYS)


def read(path: Path) -> Recorded:
    """Reads a file of recordings; `NONE` if there is none."""
    if not path.is_file():
        return NONE
    held = orjson.loads(gzip.decompress(path.read_bytes()))
    answers = {
        orjson.dumps(one["inputs"], option=orjson.OPT_SORT_KEYS): one["result"] for one in held["answers"]
    }
    return Recorded(held["made"], held["with"], answers)


def write(path: Path, made: str, versions: Mapping[str, str], answers: Iterable[tuple[Any, Any]]) -> None:
    """Writes a file of recordings, from pairs of inputs and result; the same answers give the same bytes."""
    rows = [{"inputs": to_plain(inputs), "result": _written(result)} for inputs, result in answers]
    held = orjson.dumps({"made": made, "with": dict(versions), "answers": rows}, option=orjson.OPT_INDENT_2)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(held, 9, mtime=0))


def _written(result: Any) -> Any:
    if isinstance(result, StageError):
        return refused(result)
    return _timeless(to_plain(result, "base64"))


def _timeless(plain: Any) -> Any:
    """Without how long it took: that says nothing of the machine where a recording is shown."""
    if isinstance(plain, dict):
        return {name: 0.0 if name == "seconds" else _timeless(value) for name, value in plain.items()}
    return [_timeless(value) for value in plain] if isinstance(plain, list) else plain


@dataclass
class Replay:
    """Whether what is asked now may be answered from recordings.

    only: nothing is computed, except what needs no model. told: when the recordings were made that answered
    so far, or "". missing: the names of endpoints that were asked for what is not recorded, where nothing
    could be computed.
    """

    only: bool = False
    told: str = ""
    missing: list[str] = field(default_factory=list)


_replay: ContextVar[Replay | None] = ContextVar("replay", default=None)


@contextmanager
def replaying(replay: Replay) -> Iterator[Replay]:
    """Lets the runner answer from recordings in the block."""
    token = _replay.set(replay)
    try:
        yield replay
    finally:
        _replay.reset(token)


def current_replay() -> Replay | None:
    """The replay of the running event, or None where a visitor has asked for a computation."""
    return _replay.get()
