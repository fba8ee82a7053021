"""HTTP/1.1 over one connection that stays open, as bare as a benchmark needs it.

Its own cost is a fraction of a client library's, so that hundreds of visitors in one process leave the
processor to the gallery.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any

import orjson


class Connection:
    """Sends one request after the other to `host`, each with `headers`.

    It is opened when it is first needed, and anew where the other side has closed it.
    """

    def __init__(self, host: str, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._address, self._headers = (host, port), dict(headers or {})
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hangs up; an answer that is still coming is lost."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def ask(self, path: str, value: Any = None) -> tuple[int, bytes]:
        """Status and body; `value` is posted as JSON, None asks by GET."""
        status, parts = await self.open(path, value)
        return status, b"".join([part async for part in parts])

    async def events(self, path: str) -> AsyncIterator[bytes]:
        """The data of each server-sent event; raises OSError where the answer is none."""
        status, parts = await self.open(path)
        if status != 200:
            raise OSError(f"{path} answers {status}: {b''.join([part async for part in parts])[:200]!r}")
        rest = b""
        async for part in parts:
            *whole, rest = (rest + part).split(b"\n\n")
            for event in whole:
                yield event.removeprefix(b"data: ")

    async def open(self, path: str, value: Any = None) -> tuple[int, AsyncIterator[bytes]]:
        """The status and the parts of the body, which must be read to the end before the next request."""
        body = b"" if value is None else orjson.dumps(value)
        lines = [f"{'GET' if value is None else 'POST'} {path} HTTP/1.1", f"host: {self._address[0]}"]
        lines += [f"{name}: {text}" for name, text in self._headers.items()]
        if value is not None:
            lines += ["content-type: application/json", f"content-length: {len(body)}"]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        kept = self._streams is not None
        try:
            head = await self._sent(request)
        except (OSError, asyncio.IncompleteReadError):
            if not kept:
                raise
            self.close()  # the other side had closed it in the meantime
            head = await self._sent(request)
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in rest)}
        return int(first.split()[1]), self._body(headers)

    async def _sent(self, request: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        writer.write(request)
        await writer.drain()
        return await reader.readuntil(b"\r\n\r\n")

    async def _body(self, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        assert self._streams is not None
        reader = self._streams[0]
        if "chunked" in headers.get("transfer-encoding", ""):
            while size := int(await reader.readline() or _hung_up(), 16):
                yield (await reader.readexactly(size + 2))[:-2]
            await reader.readexactly(2)
        elif length := int(headers.get("content-length", 0)):
            yield await reader.readexactly(length)
        if headers.get("connection") == "close":
            self.close()


def _hung_up() -> bytes:
    raise ConnectionError("The other side hung up in the middle of an answer.")
