"""Who computes next: one at a time, and of those that wait the one that has computed least so far.

torch uses every core by itself, so two computations at once are no faster than one after the other. What
computes in steps takes a turn for each: a quick question waits for one step of a long search, not for its
end, and two that compute in steps get the same share of time, however long the steps of each are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

LOOK = 0.05
"""Seconds between two looks of one that waits at whether it was told to stop."""


class Stopped(Exception):
    """The one that waits was told to stop."""


@dataclass(eq=False)
class Share:
    """The account of one computation: the time at which it would be, had it computed alone."""

    time: float = 0.0


@dataclass(eq=False)
class _Waiting:
    start: float
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Gives the turn to one at a time: start-time fair queueing.

    The time of all goes on as fast as that of each that shares it. Whoever comes anew starts at this time,
    and so waits for none that is ahead of it; whoever computed is later by as long as that took.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()  # guards the fields below
        self._queue: list[_Waiting] = []
        self._taken = False
        self._time = 0.0
        self._own = threading.local()

    @contextmanager
    def take(self, share: Share | None = None, stop: threading.Event | None = None) -> Iterator[None]:
        """Hold the turn; raises `Stopped` if `stop` is set before it comes."""
        share = share or Share()
        self._wait(share, stop)
        begun = self._clock()
        try:
            yield
        finally:
            self._pass_on(share, self._clock() - begun)

    def __enter__(self) -> None:
        self._own.held = self.take()
        self._own.held.__enter__()

    def __exit__(self, *error: object) -> None:
        self._own.held.__exit__(None, None, None)

    def _wait(self, share: Share, stop: threading.Event | None) -> None:
        with self._lock:
            share.time = max(share.time, self._time)
            if not self._taken:
                self._taken = True
                return
            mine = _Waiting(share.time)
            self._queue.append(mine)
        while not mine.called.wait(LOOK if stop else None):
            if stop and stop.is_set() and self._leave(mine):
                raise Stopped

    def _leave(self, mine: _Waiting) -> bool:
        """Wait no longer; False if the turn came in the meantime."""
        with self._lock:
            if mine.called.is_set():
                return False
            self._queue.remove(mine)
            return True

    def _pass_on(self, share: Share, seconds: float) -> None:
        with self._lock:
            share.time += seconds
            self._time += seconds / (1 + len(self._queue))
            if not self._queue:
                self._taken = False
                return
            following = min(self._queue, key=lambda waiting: waiting.start)  # of equals, the first who came
            self._queue.remove(following)
            following.called.set()
