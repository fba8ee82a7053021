"""Every recorded question, asked of two runners in turn: their answers are the same JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from demos.contract import Endpoint, Run, to_plain
from demos.errors import StageError, refused
from demos.plain import from_plain
from demos.recordings import FOLDER, read
from demos.shell.load_demos import load_programme, working

ENDPOINTS = {endpoint.name: endpoint for demo in working(load_programme()) for endpoint in demo.ENDPOINTS}
RECORDED = sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz"))
TIMES = {"seconds", "seconds_per_token", "tokens_per_second", "progress"}  # what is remembered is not read
"""Measured, not computed."""


def questions(name: str) -> list[Any]:
    """The inputs of an endpoint's recorded answers."""
    return [
        from_plain(ENDPOINTS[name].inputs_type, orjson.loads(key))
        for key in read(FOLDER / f"{name}.json.gz").answers
    ]


def json_of(run: Run, endpoint: Endpoint, inputs: Any) -> bytes:
    """The answer as the API writes it, without times; of a stream the last: how many there are before it can
    depend on the time that they take."""
    try:
        if endpoint.streams:
            *_, result = run.stream(endpoint, inputs)
            plain = to_plain(result)
        else:
            plain = to_plain(run(endpoint, inputs))
    except StageError as error:
        plain = refused(error)
    return orjson.dumps(_timeless(plain))


def differing(name: str, one: Run, other: Run, most: int | None = None) -> Iterator[Any]:
    """The inputs for which two runners answer differently."""
    for inputs in questions(name)[:most]:
        if json_of(one, ENDPOINTS[name], inputs) != json_of(other, ENDPOINTS[name], inputs):
            yield inputs


def _timeless(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {name: 0 if name in TIMES else _timeless(value) for name, value in plain.items()}
    return [_timeless(value) for value in plain] if isinstance(plain, list) else plain
