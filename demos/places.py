"""How many computations may run or wait at once, and how many of them may be one visitor's."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from demos.errors import Busy

SHARE = 4
"""One visitor may hold a quarter of the places, also while nobody else asks: a computation that has begun
cannot make room for a visitor who comes later."""


class Places:
    """A number of places, which fill up; nobody waits for one."""

    def __init__(self, number: int) -> None:
        self.free = number
        self._most = max(1, number // SHARE)
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, visitor: str = "") -> Iterator[None]:
        """Holds a place; `visitor` is who asks, "" where all are one. Raises `Busy` if there is none."""
        with self._lock:
            if not self.free:
                raise Busy(
                    "Too many questions are being answered at this moment.", "Try again in a few seconds."
                )
            if visitor and self._held[visitor] >= self._most:
                raise Busy(
                    f"You have {self._most} questions here that are not answered yet.",
                    "Wait for one of them: others ask here, too.",
                )
            self.free -= 1
            self._held[visitor] += 1
        try:
            yield
        finally:
            with self._lock:
                self.free += 1
                self._held[visitor] -= 1
                self._held += Counter()  # forgets those who hold none
