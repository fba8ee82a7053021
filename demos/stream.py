"""Results that grow step by step, and can be stopped at any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from demos.stopping import Stop, Stopped


@dataclass(frozen=True)
class Waiting:
    """What a streaming endpoint yields while its next result is computed elsewhere: the runner waits until
    `there` is set, without a turn, so that others compute meanwhile. No reader sees it."""

    there: threading.Event


class Stream(Iterator[Any]):
    """Iterates over the steps that `begin(stop)` yields; raises `Stopped` when the visitor presses Stop.

    Any thread may call `close()`: waiting code sees `stop` and ends; a step under way is the last one, and is
    still handed to its reader.
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
        """Asks for no further step and releases what is held: now, or after the step under way."""
        self.stop.set()
        with suppress(ValueError):  # another thread is computing a step, and closes afterwards
            self._steps.close()  # type: ignore[attr-defined]
