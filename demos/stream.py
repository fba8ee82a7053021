"""Results that grow, step by step, and can be stopped at any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any


class Stream(Iterator[Any]):
    """Iterates over the steps that `begin(stop)` gives.

    `close()` may be called by any thread: what waits sees `stop` and ends; a step that is being computed is
    the last, and is still handed over to whoever asked for it.
    """

    def __init__(self, begin: Callable[[threading.Event], Iterator[Any]]) -> None:
        self.stop = threading.Event()
        self._steps = begin(self.stop)

    def __next__(self) -> Any:
        if self.stop.is_set():
            self.close()
            raise StopIteration
        try:
            return next(self._steps)
        finally:
            if self.stop.is_set():
                self.close()

    def close(self) -> None:
        """Ask for no further step, and give back what is held: now, or after the step being computed."""
        self.stop.set()
        with suppress(ValueError):  # another thread computes a step, and closes after it
            self._steps.close()  # type: ignore[attr-defined]
