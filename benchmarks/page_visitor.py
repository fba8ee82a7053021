"""A browser's traffic without a browser: what a page of the gallery asks of its server, as raw HTTP.

Follows Gradio's configuration of the page: fields with their values, what a button starts, what follows when
it succeeds, and what changed values start in turn. JavaScript is left out; so are the parts of Gradio's
bundle that a browser fetches from within it, once, from files.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

from benchmarks.raw_http import Connection

CONFIG = re.compile(rb"<script>window\.gradio_config = (\{.*?\});</script>", re.DOTALL)
ASSETS = re.compile(r'(?:src|href)="([^"#]+\.(?:js|css|avif|woff2|svg|ico|png)(?:\?[^"]*)?)"')
REFUSED = re.compile(r'<p class="task-withheld" role="alert">(.*?)</p>')
MOST = 60
"""Events that one press may start."""


@dataclass(frozen=True)
class Shown:
    """How a press ended: seconds until the last event that it started; why it was refused, or ""."""

    seconds: float
    refusal: str


@dataclass
class PageVisitor:
    """One browser at the gallery at `url`; `address` is where a proxy would say that it is."""

    url: str
    address: str
    session: str
    fetched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._connections = [self._connect() for _ in range(2)]
        self._alive: asyncio.Task[None] | None = None

    def _connect(self) -> Connection:
        parts = urlsplit(self.url)
        headers = {"x-forwarded-for": self.address, "user-agent": "benchmark"}
        return Connection(parts.hostname or "", parts.port or 80, headers)

    async def open(self, path: str) -> float:
        """Opens a page with all that it loads, and leaves the one before; returns the seconds it took."""
        await self._left()
        began = time.perf_counter()
        status, html = await self._connections[0].ask(path)
        config = CONFIG.search(html)
        if status != 200 or config is None:
            raise OSError(f"{path} answers {status}: {html[:200]!r}")
        self._take(path, orjson.loads(config[1]))
        wanted = {urljoin(self.url + path, name) for name in ASSETS.findall(html.decode())}
        wanted = {name for name in wanted if name.startswith(self.url)} - self.fetched
        await asyncio.gather(*(self._fetch(part, sorted(wanted)[part::2]) for part in range(2)))
        self.fetched |= wanted
        self._alive = asyncio.create_task(self._live())
        for number, event in self.events.items():
            if any(target[1] == "load" for target in event["targets"]):
                await self._run(number)
        return time.perf_counter() - began

    async def leave(self) -> None:
        """Closes the browser."""
        await self._left()
        for connection in self._connections:
            connection.close()

    async def press(self) -> Shown:
        """Presses the page's main button, and waits until all that it starts has ended."""
        button = next(
            key
            for key, part in self.components.items()
            if part["type"] == "button" and part["props"].get("variant") == "primary"
        )
        began, self._refusal, self._left_over = time.perf_counter(), "", MOST
        changed: set[int] = set()
        for number in self._started_by(button, "click"):
            changed |= await self._run(number)
        while changed:
            following = {number for key in changed for number in self._started_by(key, "change")}
            changed = set()
            for number in sorted(following):
                changed |= await self._run(number)
        return Shown(time.perf_counter() - began, self._refusal)

    def type(self, change: Callable[[str], str]) -> None:
        """Changes what stands in the first text field that holds anything."""
        for key, part in self.components.items():
            value = self.values[key]
            if part["type"] == "textbox" and part["props"].get("visible") is True and value:
                self.values[key] = change(value)
                return
        raise LookupError(f"{self._path} has no text field.")

    def choose(self, label: str, value: Any) -> None:
        """Moves a slider, or chooses: the first whose label begins so."""
        for key, part in self.components.items():
            if str(part["props"].get("label") or "").startswith(label):
                self.values[key] = value
                return
        raise LookupError(f"{self._path} has no “{label}”.")

    def _take(self, path: str, config: dict[str, Any]) -> None:
        self._path = "" if path == "/" else path
        self.components = {part["id"]: part for part in config["components"]}
        self.events = {event["id"]: event for event in config["dependencies"]}
        self.values = {key: part["props"].get("value") for key, part in self.components.items()}
        self._refusal, self._left_over = "", MOST

    def _started_by(self, component: int, kind: str) -> list[int]:
        return [n for n, event in self.events.items() if [component, kind] in map(list, event["targets"])]

    async def _fetch(self, part: int, names: list[str]) -> None:
        for name in names:
            await self._connections[part].ask(name.removeprefix(self.url))

    async def _live(self) -> None:
        """The stream by which a page shows that it is still open."""
        async with self._connect() as connection:
            with suppress(OSError, asyncio.IncompleteReadError):
                async for _ in connection.events(f"{self._path}/gradio_api/heartbeat/{self.session}"):
                    pass

    async def _left(self) -> None:
        if self._alive:
            self._alive.cancel()
            with suppress(asyncio.CancelledError):
                await self._alive
            self._alive = None

    async def _run(self, number: int) -> set[int]:
        """Runs an event and those that follow it; returns the components whose values it changed."""
        event = self.events[number]
        self._left_over -= 1
        if self._left_over < 0:
            raise RuntimeError(f"The events of {self._path} do not come to an end.")
        changed: set[int] = set()
        succeeded = True
        if event["backend_fn"]:
            output = await self._asked(number, event)
            succeeded = output is not None and not output.get("error")
            if output is not None and succeeded:
                changed = set(self._show(event["outputs"], output["data"]))
            else:
                self._refusal = self._refusal or str((output or {}).get("error") or "The queue is full.")
        for after, one in self.events.items():
            if one["trigger_after"] != number or one.get("trigger_only_on_failure") and succeeded:
                continue
            if succeeded or not one["trigger_only_on_success"]:
                changed |= await self._run(after)
        return changed

    def _show(self, outputs: list[int], data: list[Any]) -> Iterator[int]:
        for key, value in zip(outputs, data, strict=False):
            if isinstance(value, dict) and value.get("__type__") == "update":
                if "value" not in value:
                    continue
                value = value["value"]
            if isinstance(value, str) and (refused := REFUSED.search(value)):
                self._refusal = self._refusal or refused[1]
            if json.dumps(value) != json.dumps(self.values.get(key)):
                self.values[key] = value
                yield key

    async def _asked(self, number: int, event: dict[str, Any]) -> dict[str, Any] | None:
        """The output of an event at the server, None where the queue was full."""
        connection, below = self._connections[0], f"{self._path}/gradio_api"
        data = [self.values.get(key) for key in event["inputs"]]
        asked = {"data": data, "fn_index": number, "session_hash": self.session, "event_data": None}
        if event["queue"] is False:
            status, said = await connection.ask(f"{below}/run/predict", asked)
            return orjson.loads(said) if said else {"error": status}
        status, said = await connection.ask(f"{below}/queue/join", asked)
        if status != 200:
            return None if status == 503 else {"error": f"{status} {said[:200]!r}"}
        output = None
        async for message in connection.events(f"{below}/queue/data?session_hash={self.session}"):
            if b'"process_completed"' in message[:60]:
                output = orjson.loads(message)["output"]
        return output
