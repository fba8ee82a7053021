"""How long a client may take to say what it wants: who sends nothing, or a letter a second, is let go.

uvicorn itself waits without end for the first request of a connection, and for the rest of any headers.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn import config
from uvicorn.protocols.http import auto

HEADERS = 10.0
"""Seconds in which the headers of a request must have come, from the connection or the last answer on."""
BODY = 30.0
"""Seconds in which the body must have come, and one more for every `SLOWEST` bytes of it."""
SLOWEST = 4_000
"""Bytes a second: a tenth of what a poor mobile network sends."""
PROBLEM, REMEDY = "The request did not come in time.", "Send it again."
SAID = f"{PROBLEM} {REMEDY}"

_Protocol: Any = auto.AutoHTTPProtocol


class Impatient(_Protocol):
    """uvicorn's protocol, which closes a connection whose request does not come."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self._wait_or_not()

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
        super().connection_lost(exc)

    def _wait_or_not(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._timer is None:
            self._timer = self.loop.call_later(HEADERS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        # After an upgrade the connection belongs to another protocol.
        if not self.transport.is_closing() and self.transport.get_protocol() is self:
            head = f"HTTP/1.1 408 Request Timeout\r\nContent-Length: {len(SAID)}\r\nConnection: close\r\n"
            self.transport.write(f"{head}Content-Type: text/plain\r\n\r\n{SAID}".encode())
            self.transport.close()


def let_go_of_slow_clients() -> None:
    """Lets servers that start from now on use `Impatient`, Gradio's too, which offers no choice."""
    config.HTTP_PROTOCOLS["auto"] = f"{__name__}:{Impatient.__name__}"
