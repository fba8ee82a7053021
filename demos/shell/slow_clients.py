"""How long a client may take to say what it wants, and how many connections it may hold: who sends nothing,
or a letter a second, is let go, and so is who has too many.

uvicorn itself waits without end for the first request of a connection, and for the rest of any headers.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn import config
from uvicorn.protocols.http import auto

from demos.shell.connections import Connections, bound

HEADERS = 10.0
"""Seconds in which the headers of a request must have come, from the connection or the last answer on."""
BODY = 30.0
"""Seconds in which the body must have come, and one more for every `SLOWEST` bytes of it."""
SLOWEST = 4_000
"""Bytes a second: a tenth of what a poor mobile network sends."""
PROBLEM, REMEDY = "The request did not come in time.", "Send it again."
SAID = f"{PROBLEM} {REMEDY}"
CROWDED = "Too many connections from your address are open. Close some of them, and try again."

_Protocol: Any = auto.AutoHTTPProtocol
_connections = Connections()


class Impatient(_Protocol):
    """uvicorn's protocol, which closes a connection whose request does not come, and one too many."""

    _timer: asyncio.TimerHandle | None = None
    _counted: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begins to wait for the first request, if the address may have one more connection."""
        super().connection_made(transport)
        address = str((transport.get_extra_info("peername") or ("",))[0])
        if _connections.take(address):
            self._counted = address
            self._wait_or_not()
        else:
            self._let_go("503 Service Unavailable", CROWDED, "Retry-After: 10\r\n")

    def data_received(self, data: bytes) -> None:
        """Stops waiting once the headers are complete."""
        super().data_received(data)
        self._wait_or_not()

    def on_response_complete(self) -> None:
        """Begins to wait for the next request."""
        super().on_response_complete()
        self._wait_or_not()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops waiting."""
        self._stop_waiting()
        self._stop_counting()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, *args: Any) -> None:
        """Leaves the connection to another protocol."""
        self._stop_counting()
        super().handle_websocket_upgrade(*args)

    def _wait_or_not(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._timer is None:
            self._timer = self.loop.call_later(HEADERS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_counting(self) -> None:
        if self._counted is not None:
            _connections.give(self._counted)
            self._counted = None

    def _give_up(self) -> None:
        # After an upgrade the connection belongs to another protocol.
        if not self.transport.is_closing() and self.transport.get_protocol() is self:
            self._let_go("408 Request Timeout", SAID)

    def _let_go(self, status: str, said: str, more: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(said)}\r\nConnection: close\r\n{more}"
        self.transport.write(f"{head}Content-Type: text/plain\r\n\r\n{said}".encode())
        self.transport.close()


def let_go_of_slow_clients() -> None:
    """Lets servers that start from now on use `Impatient`, Gradio's too, which offers no choice. Raises
    `BadInput` if the bound on connections is no number."""
    bound()
    config.HTTP_PROTOCOLS["auto"] = f"{__name__}:{Impatient.__name__}"
