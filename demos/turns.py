"""Who computes next: one at a time, and of those that wait, what would be done first if all computed at once.

A single torch computation already uses every core, so two at once are no faster than one after the other.
It lets those go first that would be done before it where it comes by `give_way()` (`demos/held_turn.py`):
before each layer of a model, above all. So a quick answer waits for a moment of a long one, not for its end.
What grows step by step and has computed for a while comes after what is answered at once, but for a part of
the time. What is asked at the gallery's own machine comes first, above all by a speaker whose class asks,
too: for some seconds, and but for a part of the time.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakSet

from demos.held_turn import HELD, Held
from demos.share import FIRST, LONG, PART, QUANTUM, Part, Share
from demos.stopping import LOOK, Stop, Stopped
from demos.thread_pools import release_helpers

AHEAD, GRACE = 0.2, 0.03
"""If AHEAD seconds ahead, a computation waits GRACE seconds more for one that will soon be back."""
PAUSED = 4
"""Computations that may have given way at once: each keeps in memory what it has computed so far."""
TELL, RECENT = 1.0, 20
"""Seconds of waiting after which one is told its place, and on how many computations the estimate is
measured."""

Tell = Callable[[int, int, float], object]
"""Is told how many are ahead, how many wait, and the estimated seconds until one's own turn has passed."""


@dataclass(eq=False)
class _Waiting:
    due: float
    share: Share
    is_paused: bool = False
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Gives the turn to one computation at a time: fair queueing by finish (Demers, Keshav and Shenker 1989),
    with a moment's patience.

    The common time advances as fast as the time of each computation that shares it. A newcomer starts at the
    common time, and is expected to finish as much later as those of its kind took: what is short goes first,
    and what is long is done about when it would be if all computed side by side. What takes longer than
    expected moves on with each second; of what grows, each step counts by itself. A computation that writes
    tokens must hand each over before it waits for its next turn: without patience, a long step of another
    would come between any two tokens.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, grace: float = GRACE) -> None:
        self._clock, self._grace = clock, grace
        self._lock = threading.Lock()  # guards the fields below
        self._queue: list[_Waiting] = []
        self._shares: WeakSet[Share] = WeakSet()  # of those in steps
        self._taken = False
        self._patience: object | None = None  # while the turn is kept free for one that is behind
        self._time = 0.0
        self._long, self._strangers = Part(), Part()
        self._turns, self._average = 0, 0.0  # how many there were, and seconds of a recent one

    @contextmanager
    def take(
        self, share: Share | None = None, stop: Stop | None = None, tell: Tell | None = None
    ) -> Iterator[None]:
        """Holds the turn; raises `Stopped` if `stop` is set before the turn comes, or comes back. Who waits
        long is told its place, whenever that changes, and 0 when the turn comes."""
        share, begun = share or Share(in_steps=False), None
        before = share.computed

        def wait(tell: Tell | None = None, is_paused: bool = False) -> None:
            nonlocal begun
            self._wait(share, stop, tell, is_paused)
            begun = self._clock()

        def pass_on() -> None:
            nonlocal begun
            if begun is not None:  # else it was stopped while others computed
                seconds, begun = self._clock() - begun, None
                try:
                    release_helpers()
                finally:
                    self._pass_on(share, seconds)

        def give_way(meanwhile: Callable[[], object] | None = None) -> None:
            has_it, since = begun is not None, self._clock()  # not if it was stopped, or is over
            if not meanwhile and not (begun is not None and self._is_due(share, since - begun)):
                return
            pass_on()
            if meanwhile:
                meanwhile()
                share.time = max(share.time, self._time)  # it did not wait for a turn
            if has_it:
                wait(is_paused=True)
                held.paused += self._clock() - since

        wait(tell)
        held = Held(give_way)
        outer = HELD.set(held)
        try:
            yield
        finally:
            HELD.reset(outer)
            held.give_way = lambda wait: wait() if wait else None  # no circle is left behind
            pass_on()
            self._learn(share.computed - before)

    def _wait(self, share: Share, stop: Stop | None, tell: Tell | None, is_paused: bool) -> None:
        with self._lock:
            if share.in_steps:
                self._shares.add(share)
            if not is_paused:  # else one interruption would cost it its place
                share.time = max(share.time, self._time)
            share.finish = share.finish or share.time + share.expected
            mine = _Waiting(max(share.time, share.finish), share, is_paused)
            kept_free = self._patience and (not self._queue or self._order(mine) < self._order(self._first()))
            if kept_free or not self._taken:
                self._taken, self._patience = True, None
                return
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
        """How many are ahead, of whom one computes, how many wait, and the estimated seconds: by how many are
        ahead, and by how many share the time with what takes long."""
        with self._lock:
            order = sorted(self._queue, key=self._order)  # the first to arrive among equals
            ahead = 1 + (order.index(mine) if mine in order else 0)
            side_by_side = (mine.due - self._time) * (1 + len(self._queue))
            return ahead, len(self._queue), max((ahead + 1) * self._average, side_by_side)

    def _leave(self, mine: _Waiting) -> bool:
        """Leaves the queue; returns False if the turn came in the meantime."""
        with self._lock:
            if mine.called.is_set():
                return False
            self._queue.remove(mine)
            return True

    def _pass_on(self, share: Share, seconds: float) -> None:
        with self._lock:
            quick = [waiting.share for waiting in self._queue if not waiting.share.is_long]
            self._long.count(seconds, share.is_long, len(quick) < len(self._queue))
            if not share.is_long:  # their part is not for strangers
                self._strangers.count(seconds, not share.is_first, not all(one.is_first for one in quick))
            share.time += seconds
            share.computed += seconds
            self._time += seconds / (1 + len(self._queue))
            if self._queue and self._is_ahead(self._first()):
                self._patience = patience = object()
                timer = threading.Timer(self._grace, self._lose, [patience])
                timer.daemon = True
                timer.start()
            else:
                self._call()

    def _is_due(self, share: Share, seconds: float) -> bool:
        """Whether one that has had the turn for so long comes after another that waits. Long ones leave each
        other their steps, and no more than PAUSED are ever in the middle of their work, and one more for the
        own machine's."""
        if not self._queue or seconds < QUANTUM:
            return False
        with self._lock:
            quick = [waiting for waiting in self._queue if not waiting.share.is_long]
            first = [waiting for waiting in quick if waiting.share.is_first]
            is_first = share.is_first and share.computed + seconds < FIRST
            to_first = bool(first) and not is_first and seconds >= self._strangers.owed
            if sum(waiting.is_paused for waiting in self._queue) >= PAUSED + to_first:
                return False
            if share.is_long or (share.in_steps and share.computed + seconds > LONG):
                return bool(quick) and seconds >= self._long.owed
            if to_first:
                return True
            owed = self._long.owed + PART * seconds if len(quick) < len(self._queue) else 0.0
            alike = (waiting.due for waiting in quick if waiting.share.is_first == is_first)
            return owed >= QUANTUM or min(alike, default=math.inf) < max(share.time + seconds, share.finish)

    def _learn(self, seconds: float) -> None:
        with self._lock:
            self._turns = min(self._turns + 1, RECENT)
            self._average += (seconds - self._average) / self._turns

    def away(self, share: Share) -> None:
        """Has nobody wait for a computation in steps: it will not be back soon."""
        with self._lock:
            self._shares.discard(share)
            if self._patience and self._queue and not self._is_ahead(self._first()):
                self._patience = None
                self._call()

    def _is_ahead(self, first: _Waiting) -> bool:
        """Whether a computation in steps that is not waiting now would come before the first that does."""
        soon_back = (_Waiting(max(share.time, self._time) + AHEAD, share) for share in self._shares)
        return any(self._order(one) < self._order(first) for one in soon_back)

    def _lose(self, patience: object) -> None:
        with self._lock:
            if self._patience is patience:
                self._patience = None
                self._shares.clear()  # who did not come back in time is not waited for again
                self._call()

    def _order(self, waiting: _Waiting) -> tuple[bool, bool, float]:
        """Those that are not long, then the own machine's, unless the others are owed time; then who is due
        first."""
        is_last = waiting.share.is_long != self._long.is_due
        return is_last, waiting.share.is_first == self._strangers.is_due, waiting.due

    def _first(self) -> _Waiting:
        return min(self._queue, key=self._order)  # the first to arrive among equals

    def _call(self) -> None:
        """Gives the turn to the first in the queue, or to nobody."""
        self._taken = bool(self._queue)
        if self._queue:
            following = self._first()
            self._queue.remove(following)
            following.called.set()
