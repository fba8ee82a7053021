"""A visitor of the gallery's API: presses as a page does, through Gradio's queue, and notes the times."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from benchmarks.raw_http import Connection

QUEUE = "/gradio_api/queue"


FULL = "The queue is full."
BUSY = (FULL, "Too many questions")
"""How a refusal begins that tells of others, not of what was asked."""


@dataclass(frozen=True)
class Reply:
    """What one press brought: the whole answer as Gradio's message ("" where the queue was full).

    started: the clock when it was pressed; first, whole: seconds until the first part of an answer that
    grows, and until the end.
    """

    started: float
    first: float
    whole: float
    message: bytes

    @property
    def answer(self) -> Any:
        """The plain result, or None where there is none."""
        output = self._output
        return output["data"][0] if output and output.get("data") and not output.get("error") else None

    @property
    def refusal(self) -> str:
        """Why there is no answer; "" where there is one."""
        if not self.message:
            return FULL
        return "" if self.answer is not None else str((self._output or {}).get("error"))

    @property
    def _output(self) -> dict[str, Any] | None:
        return orjson.loads(self.message)["output"] if self.message else None


class Visitor:
    """One open page: its session, its address as a proxy would tell it, and its connection."""

    def __init__(self, url: str, functions: Mapping[str, int], number: int, kind: str = "v") -> None:
        parts = urlsplit(url)
        address = f"10.{ord(kind[0]) % 256}.{number // 250}.{number % 250 + 1}"
        self._connection = Connection(
            parts.hostname or "", parts.port or 80, {"x-forwarded-for": address, "user-agent": "benchmark"}
        )
        self._functions, self._session = functions, f"{kind}{number:x}"

    async def press(self, endpoint: str, values: list[Any]) -> Reply:
        """Joins the queue, and reads the stream until the answer is whole."""
        asked = {"data": values, "fn_index": self._functions[endpoint], "session_hash": self._session}
        began = time.perf_counter()
        status, said = await self._connection.ask(f"{QUEUE}/join", asked)
        if status == 503:
            took = time.perf_counter() - began
            return Reply(began, took, took, b"")
        if status != 200:
            raise OSError(f"/{endpoint} answers {status}: {said[:200]!r}")
        first, whole, last = 0.0, 0.0, b""
        async for event in self._connection.events(f"{QUEUE}/data?session_hash={self._session}"):
            kind = event[:60]
            if b'"process_generating"' in kind and not first:
                first = time.perf_counter() - began
            elif b'"process_completed"' in kind:
                whole, last = time.perf_counter() - began, event
        if not last:
            raise OSError(f"/{endpoint}: the stream ended without an answer.")
        return Reply(began, first or whole, whole, last)

    def leave(self) -> None:
        """Closes the page."""
        self._connection.close()


async def functions_of(url: str) -> dict[str, int]:
    """Gradio's number of each endpoint's function, by name."""
    parts = urlsplit(url)
    async with Connection(parts.hostname or "", parts.port or 80) as connection:
        _, config = await connection.ask("/config")
    listed = orjson.loads(config)["dependencies"]
    return {one["api_name"]: one["id"] for one in listed if isinstance(one["api_name"], str)}
