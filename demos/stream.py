"""Results that grow, step by step, and can be stopped at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from demos.stopping import Stop, Stopped


class Stream(Iterator[Any]):
    """Iterates over the steps that `begin(stop)` gives; raises `Stopped` when the visitor pressed Stop.

    `close()` may be called by any thread: what waits sees `stop` and ends; a step that is being computed is
    the last, and is still handed over to whoever asked for it.
    """

    def __init__(self, begin: Callable[[Stop], Iterator[Any]]) -> None:
        self.stop = Stop()
        self._steps = begin(self.stop)

    def __next__(self) -> Any:
        try:
            if not self.stop.is_set():
                return next(self._steps)
        except StopIteration:
            pass
        finally:
            if self.stop.is_set():
                self.close()
        if self.stop.pressed:
            raise Stopped
        raise StopIteration

    def close(self) -> None:
        """Ask for no further step, and give back what is held: now, or after the step being computed."""
        self.stop.set()
        with suppress(ValueError):  # another thread computes a step, and closes after it
            self._steps.close()  # type: ignore[attr-defined]
