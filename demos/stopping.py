"""Stop buttons that work at any moment: a ticket for each piece of work, and the tickets that were stopped.

Gradio's own `cancels` names an event by an id that the browser learns only when the server has taken it, and
cancels nothing before. Here the browser makes the ticket before it asks, so that the button can name work
that has not begun, waits in a queue, or is loading a model.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

MAX_TICKETS = 10_000
MAX_TICKET_CHARACTERS = 64


class Stopped(Exception):
    """Thrown into a page's generator when the visitor presses Stop; it may catch it and say a last word."""


class Tickets:
    """The tickets of stopped work, the newest `most` of them: what they stopped has ended long before."""

    def __init__(self, most: int = MAX_TICKETS) -> None:
        self._most = most
        self._tickets: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, ticket: str | None) -> None:
        """Remember that the work with this ticket was stopped; what no page would send is ignored."""
        if not ticket or len(ticket) > MAX_TICKET_CHARACTERS:
            return
        with self._lock:
            self._tickets[ticket] = None
            while len(self._tickets) > self._most:
                self._tickets.popitem(last=False)

    def __contains__(self, ticket: object) -> bool:
        with self._lock:
            return ticket in self._tickets


STOPPED = Tickets()
