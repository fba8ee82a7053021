"""What a worker does: it has an ordinary runner of its own, and is asked in plain data.

A question names an endpoint and has its inputs; an answer is the result, or what `refused` makes of the
error. All is as the API sends it and a recording holds it, so an answer is the same wherever it is computed.
Arrays are packed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypedDict

from demos.budget import bounds
from demos.contract import Endpoint, Run, to_plain
from demos.errors import BadInput, StageError, refused
from demos.plain import from_plain
from demos.stopping import Stopped
from demos.stream import Stream

Answer = Any


class Question(TypedDict):
    """endpoint: its name; inputs: as plain data."""

    endpoint: str
    inputs: Any


def question(endpoint: Endpoint, inputs: Any) -> Question:
    """What a worker is asked for an endpoint's result."""
    return {"endpoint": endpoint.name, "inputs": to_plain(inputs, "base64")}


class Worker:
    """Answers questions for endpoints with a runner."""

    def __init__(self, run: Run, endpoints: Iterable[Endpoint]) -> None:
        self._run = run
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}

    def answer(self, asked: Question) -> Answer:
        """The answer to a question for a result that does not stream."""
        try:
            return to_plain(self._run(*self._read(asked)), "base64")
        except StageError as error:
            return refused(error)

    def stream(self, asked: Question) -> Answers:
        """The answers to a question for growing results; a refusal is the last one."""
        try:
            return Answers(self._run.stream(*self._read(asked)))
        except StageError as error:
            return Answers(Stream(lambda _, error=error: _refused(error)))

    def _read(self, asked: Question) -> tuple[Endpoint, Any]:
        endpoint = self._endpoints.get(asked["endpoint"])
        if endpoint is None:
            raise BadInput(
                f"What computes here does not know {asked['endpoint']}.",
                "The gallery's owner installs the same version, and the same demos, on all machines.",
            )
        return endpoint, from_plain(endpoint.inputs_type, asked["inputs"])


def own_worker() -> Worker:
    """A worker for all endpoints, on this process's models, within the bounds of its environment."""
    from demos.models.cache import shared_cache
    from demos.runner import Runner
    from demos.shell.load_demos import load_programme, working

    endpoints = [endpoint for demo in working(load_programme()) for endpoint in demo.ENDPOINTS]
    return Worker(Runner(shared_cache(), bounds=bounds()), endpoints)


class Answers(Iterator[Answer]):
    """The results of a stream as plain data; any thread may call `close()`."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __next__(self) -> Answer:
        try:
            return to_plain(next(self._stream), "base64")
        except StageError as error:
            return refused(error)
        except Stopped:
            raise StopIteration from None

    def close(self) -> None:
        """Asks for no further answer."""
        self._stream.close()


def _refused(error: StageError) -> Iterator[Any]:
    raise error
    yield
