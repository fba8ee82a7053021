"""Who may train now: on a public gallery one at a time, and a few wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from demos.errors import Busy


class Places:
    """Lets `most` work at once and `waiting` more wait, in the order in which they came; `instead` is what
    others may do meanwhile, as the end of a sentence."""

    def __init__(self, most: int, waiting: int, instead: str = "come back later") -> None:
        self._free, self._waiting, self._instead = most, waiting, instead
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def take(self) -> Iterator[threading.Event]:
        """An event that is set once one may work, at once if there is room; raises `Busy` if too many wait.

        The place is given back where the block ends, also of one who gave up waiting.
        """
        mine = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                mine.set()
            elif len(self._queue) < self._waiting:
                self._queue.append(mine)
            else:
                raise Busy(
                    f"A model is being trained, and {self._waiting} visitors wait for it already.",
                    f"Try again in a minute, or {self._instead}.",
                )
        try:
            yield mine
        finally:
            self._leave(mine)

    def _leave(self, mine: threading.Event) -> None:
        with self._lock:
            if not mine.is_set():
                self._queue.remove(mine)
            elif self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1
