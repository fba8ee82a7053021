"""Tokens that arrive from another thread: their reader takes them without a turn, and may ask for no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue

from demos.budget import spend
from demos.nlp.decoding import NewToken
from demos.stream import Waiting


class Arrivals(Iterator["NewToken | Waiting"]):
    """The writer puts tokens, then an error or None; the reader gets `Waiting` while there is nothing.

    `closed` says that the reader asks for no further token.
    """

    def __init__(self) -> None:
        self._came: SimpleQueue[NewToken | Exception | None] = SimpleQueue()
        self._there, self.closed = threading.Event(), False

    def put(self, came: NewToken | Exception | None) -> None:
        """The writer's side: hands over a token, an error or the end."""
        self._came.put(came)
        self._there.set()

    def __next__(self) -> NewToken | Waiting:
        try:
            came = self._came.get_nowait()
        except Empty:
            self._there.clear()
            if not self._came.empty():  # it came between the two lines above
                self._there.set()
            return Waiting(self._there)
        if isinstance(came, Exception):
            raise came
        if came is None:
            raise StopIteration
        spend(1)
        return came

    def close(self) -> None:
        """Asks for no further token."""
        self.closed = True
