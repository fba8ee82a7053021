"""Who computes next: one at a time, and among those that wait, the one that has computed least so far.

A single torch computation already uses every core, so two at once are no faster than one after the other.
Computations in steps take a turn for each step: two of them get equal shares of time, however long their
steps are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakSet

from demos.stopping import LOOK, Stop, Stopped

AHEAD, GRACE = 0.2, 0.03
"""If AHEAD seconds ahead, a computation waits GRACE seconds more for one that will soon be back."""


TELL, RECENT = 1.0, 20
"""Seconds of waiting after which one is told its place, and how many turns the estimate is measured on."""

Tell = Callable[[int, int, float], object]
"""Is told how many are ahead, how many wait, and the estimated seconds until one's own turn has passed."""


@dataclass(eq=False)
class Share:
    """The account of a computation in steps: the seconds that it would show had it computed alone."""

    time: float = 0.0


@dataclass(eq=False)
class _Waiting:
    start: float
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Gives the turn to one computation at a time: start-time fair queueing, with a moment's patience.

    The common time advances as fast as the time of each computation that shares it. A newcomer starts at the
    common time, so it does not wait for any that is ahead of it; computing moves an account ahead by the
    seconds it took. A computation that writes tokens must hand each over before it waits for its next turn:
    without patience, a long step of another would come between any two tokens.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, grace: float = GRACE) -> None:
        self._clock, self._grace = clock, grace
        self._lock = threading.Lock()  # guards the fields below
        self._queue: list[_Waiting] = []
        self._shares: WeakSet[Share] = WeakSet()
        self._taken = False
        self._patience: object | None = None  # while the turn is kept free for one that is behind
        self._time = 0.0
        self._turns, self._average = 0, 0.0  # how many there were, and seconds of a recent one
        self._own = threading.local()

    @contextmanager
    def take(
        self, share: Share | None = None, stop: Stop | None = None, tell: Tell | None = None
    ) -> Iterator[Callable[[], None]]:
        """Holds the turn; raises `Stopped` if `stop` is set before the turn comes. Who waits long is told its
        place, whenever that changes, and 0 when the turn comes.

        Yields a function that lets those compute who come first among the waiting, and returns with the turn.
        """
        share, begun = share or Share(), None

        def wait(tell: Tell | None = None) -> None:
            nonlocal begun
            self._wait(share, stop, tell)
            begun = self._clock()

        def pass_on() -> None:
            nonlocal begun
            if begun is not None:  # else it was stopped while others computed
                seconds, begun = self._clock() - begun, None
                self._pass_on(share, seconds)

        def give_way() -> None:
            if self._queue:
                pass_on()
                wait()

        wait(tell)
        try:
            yield give_way
        finally:
            pass_on()

    def __enter__(self) -> None:
        self._own.held = self.take()
        self._own.held.__enter__()

    def __exit__(self, *error: object) -> None:
        self._own.held.__exit__(None, None, None)

    def _wait(self, share: Share, stop: Stop | None, tell: Tell | None) -> None:
        with self._lock:
            self._shares.add(share)
            share.time = max(share.time, self._time)
            kept_free = self._patience and (not self._queue or share.time < self._first().start)
            if kept_free or not self._taken:
                self._taken, self._patience = True, None
                return
            mine = _Waiting(share.time)
            self._queue.append(mine)
        looks, told = 0, 0
        while not mine.called.wait(LOOK if stop or tell else None):
            if stop and stop.is_set() and self._leave(mine):
                raise Stopped
            looks += 1
            if tell and looks * LOOK >= TELL and (place := self._place(mine))[0] != told:
                told = place[0]
                tell(*place)
        if tell and told:
            tell(0, len(self._queue), self._average)

    def _place(self, mine: _Waiting) -> tuple[int, int, float]:
        """How many are ahead, of whom one computes, how many wait, and the estimated seconds."""
        with self._lock:
            order = sorted(self._queue, key=lambda waiting: waiting.start)  # the first to arrive among equals
            ahead = 1 + (order.index(mine) if mine in order else 0)
            return ahead, len(self._queue), (ahead + 1) * self._average

    def _leave(self, mine: _Waiting) -> bool:
        """Leaves the queue; returns False if the turn came in the meantime."""
        with self._lock:
            if mine.called.is_set():
                return False
            self._queue.remove(mine)
            return True

    def _pass_on(self, share: Share, seconds: float) -> None:
        with self._lock:
            self._turns = min(self._turns + 1, RECENT)
            self._average += (seconds - self._average) / self._turns
            share.time += seconds
            self._time += seconds / (1 + len(self._queue))
            if self._queue and self._is_ahead(self._first().start):
                self._patience = patience = object()
                timer = threading.Timer(self._grace, self._lose, [patience])
                timer.daemon = True
                timer.start()
            else:
                self._call()

    def _is_ahead(self, start: float) -> bool:
        """Whether a computation in steps that is not waiting now would come before `start`."""
        return any(max(share.time, self._time) + AHEAD < start for share in self._shares)

    def _lose(self, patience: object) -> None:
        with self._lock:
            if self._patience is patience:
                self._patience = None
                self._call()

    def _first(self) -> _Waiting:
        return min(self._queue, key=lambda waiting: waiting.start)  # the first to arrive among equals

    def _call(self) -> None:
        """Gives the turn to the first in the queue, or to nobody."""
        self._taken = bool(self._queue)
        if self._queue:
            following = self._first()
            self._queue.remove(following)
            following.called.set()
