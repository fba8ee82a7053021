"""Stop buttons that work at any moment: a ticket for each piece of work, and the tickets that were stopped.

Gradio's own `cancels` names an event by an id that the browser learns only once the server has accepted it,
so it can cancel nothing earlier. Here the browser makes the ticket before it sends the request, so that the
button can name work that has not begun, waits in a queue, or is loading a model. The server makes tickets
too, one for each request, which is stopped once nobody waits for its answer (`demos/shell/leaving.py`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context

LOOK = 0.05
"""Seconds after which what waits checks again whether it was told to stop."""
MAX_TICKETS = 10_000
MAX_TICKET_CHARACTERS = 64


class Stopped(Exception):
    """Thrown into a page's generator when the visitor presses Stop; the generator may catch it and yield a
    last message.

    Code that waits for its turn or for a model's files raises it too, and so does a model that is about to
    read a batch for nobody.
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
_working: ContextVar[tuple[str, ...]] = ContextVar("working", default=())


@contextmanager
def working_on(ticket: str) -> Iterator[None]:
    """Ties work that is begun in the block to `ticket`, too; once that is stopped, it ends."""
    before = _working.set((*_working.get(), ticket) if ticket else _working.get())
    try:
        yield
    finally:
        _working.reset(before)


class Stop:
    """Whether a piece of work was told to stop, either by its caller or through one of its tickets."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._tickets = _working.get()

    def set(self) -> None:
        """Tells the work to stop."""
        self._told.set()

    def is_set(self) -> bool:
        """Whether the work was told to stop."""
        return self._told.is_set() or self.pressed

    def wait_for(self, there: threading.Event) -> None:
        """Waits until `there` is set; raises `Stopped` if told to stop."""
        while not (self.is_set() or there.wait(LOOK)):
            pass
        if self.is_set():
            raise Stopped

    @property
    def pressed(self) -> bool:
        """Whether the visitor pressed Stop, or left."""
        return any(ticket in STOPPED for ticket in self._tickets)


def beside(work: Callable[[], object], stop: Stop) -> None:
    """Runs `work` in a thread of its own and waits for it; raises what it raises, or `Stopped` if told to
    stop, while the work itself goes on."""
    ended: Future[None] = Future()

    def run() -> None:
        try:
            work()
            ended.set_result(None)
        except BaseException as error:
            ended.set_exception(error)

    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    while not wait([ended], LOOK).done:
        if stop.is_set():
            raise Stopped
    ended.result()
