"""Stop buttons that work at any moment: a ticket for each piece of work, and the tickets that were stopped.

Gradio's own `cancels` names an event by an id that the browser learns only once the server has accepted it,
so it can cancel nothing earlier. Here the browser makes the ticket before it sends the request, so that the
button can name work that has not begun, waits in a queue, or is loading a model.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import copy_context

MAX_TICKETS = 10_000
MAX_TICKET_CHARACTERS = 64


class Stopped(Exception):
    """Thrown into a page's generator when the visitor presses Stop; the generator may catch it and yield a
    last message.

    Code that waits for its turn or for a model's files raises it too.
    """


class Tickets:
    """The newest `most` tickets of stopped work; the work of older ones ended long ago."""

    def __init__(self, most: int = MAX_TICKETS) -> None:
        self._most = most
        self._tickets: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, ticket: str | None) -> None:
        """Remembers that the work with this ticket was stopped; ignores tickets that no page would send."""
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
_working = threading.local()


@contextmanager
def working_on(ticket: str) -> Iterator[None]:
    """Ties work that this thread begins in the block to `ticket`; once that is stopped, it stops waiting."""
    _working.ticket = ticket
    try:
        yield
    finally:
        _working.ticket = ""


class Stop:
    """Whether a piece of work was told to stop, either by its caller or through its ticket."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._ticket: str = getattr(_working, "ticket", "")

    def set(self) -> None:
        """Tells the work to stop."""
        self._told.set()

    def is_set(self) -> bool:
        """Whether the work was told to stop."""
        return self._told.is_set() or self.pressed

    @property
    def pressed(self) -> bool:
        """Whether the visitor pressed Stop."""
        return bool(self._ticket) and self._ticket in STOPPED


def beside(work: Callable[[], None], stop: Stop, look: float) -> None:
    """Does some work in a thread of its own; told to stop, raises `Stopped` while the work goes on.

    `look`: the seconds between two looks at `stop`.
    """
    done: Future[None] = Future()

    def begin() -> None:
        try:
            work()
            done.set_result(None)
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=copy_context().run, args=(begin,), daemon=True).start()
    while not wait([done], look).done:
        if stop.is_set():
            raise Stopped
    done.result()
