"""`huggingface_hub.InferenceClient` on our own connection, in a thread that can be stopped.

`InferenceClient` builds the messages and the request and parses the answer. We replace the only method that
opens a connection (see `server_connection` for the reason). The client gets neither the address nor the key,
so that a later version without such a method could not send or log them; and it never looks for a token on
this machine, which would be the owner's, not the visitor's.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from http.client import IncompleteRead
from typing import Any, TypeVar
from urllib.parse import urlsplit

from demos.errors import Busy, StageError
from demos.prompting.remote.address import Address
from demos.prompting.remote.connection import Connection, TooLong
from demos.prompting.remote.errors import explained

TOTAL_SECONDS = 300.0
PULSE_SECONDS = 0.5
PLACES = 8
"""Requests to servers that may be open at the same time, over all visitors."""

_MAX_LINE = 200_000
_places = threading.BoundedSemaphore(PLACES)

Part = TypeVar("Part")


def ask(
    address: Address, key: str, work: Callable[[Any], Iterator[Part]]
) -> Generator[Part | None, None, None]:
    """Yields what `work` produces with an `InferenceClient` for the address.

    In between it yields None, every `PULSE_SECONDS`, so that its user can be stopped while the server is
    silent. Closing it ends the connection. Raises StageError.
    """
    if not _places.acquire(blocking=False):
        raise Busy("Too many servers are being asked at this moment.", "Try again in a few seconds.")
    connection = Connection(address, key)
    received: queue.SimpleQueue[tuple[Part | None, StageError | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            for part in work(_client(connection)):
                received.put((part, None))
            received.put((None, None))
        except Exception as error:
            received.put((None, explained(error, address.name, key)))
        finally:
            _places.release()

    threading.Thread(target=run, daemon=True).start()
    end = time.monotonic() + TOTAL_SECONDS
    try:
        while time.monotonic() < end:
            try:
                part, error = received.get(timeout=PULSE_SECONDS)
            except queue.Empty:
                yield None
                continue
            if error:
                raise error
            if part is None:
                return
            yield part
        raise StageError(
            f"{address.name} was not done after {TOTAL_SECONDS:.0f} seconds.", "Ask for fewer new tokens."
        )
    finally:
        connection.close()


def _client(connection: Connection) -> Any:
    from huggingface_hub import InferenceClient

    class Client(InferenceClient):
        def _inner_post(self, request_parameters: Any, *, stream: bool = False) -> Any:
            pieces = connection.post(urlsplit(request_parameters.url).path, request_parameters.json)
            return _lines(pieces) if stream else b"".join(pieces)

    # No such host exists (RFC 6761). Without a token, the client would use the owner's.
    return Client(base_url=f"http://server.invalid{connection.address.path}", token="none")


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """The data lines of server-sent events, up to [DONE]; other lines are comments or event names."""
    rest, any_data = b"", False
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > _MAX_LINE:
            raise TooLong
        for line in lines:
            if line.startswith(b"data:"):
                any_data = True
                data = line.removeprefix(b"data:").strip()
                if data == b"[DONE]":
                    return
                yield f"data: {data.decode()}"
    raise IncompleteRead(rest) if any_data else ValueError("no event")
