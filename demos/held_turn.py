"""The turn that a computation holds (`demos/turns.py`), as it sees it: where it lets others go first, and
where it does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from demos.stopping import LOOK


@dataclass(eq=False)
class Held:
    """give_way(None): lets others compute if they come first; give_way(wait): calls `wait` meanwhile, in any
    case. paused: seconds in which others computed after the turn had begun."""

    give_way: Callable[[Callable[[], object] | None], object]
    paused: float = 0.0


HELD: ContextVar[Held | None] = ContextVar("held", default=None)


def give_way() -> None:
    """Lets those compute who come first among the waiting, if whoever calls has a turn, and has had it for a
    while."""
    if held := HELD.get():
        held.give_way(None)


def aside(wait: Callable[[], object]) -> None:
    """Calls `wait`, which returns when another computation has come so far, and lets others compute until
    then: the one that is waited for may have given way to this one."""
    if held := HELD.get():
        held.give_way(wait)
    else:
        wait()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Lets nobody go first in the block: for what measures its time. Who waits for another waits aside."""
    before = HELD.set(_calm(held) if (held := HELD.get()) else None)
    try:
        yield
    finally:
        HELD.reset(before)


def _calm(held: Held) -> Held:
    return Held(lambda wait: held.give_way(wait) if wait else None, held.paused)


def clock() -> float:
    """Seconds, of which two readings in one turn may be compared; those in which others computed instead are
    not counted."""
    return time.perf_counter() - (held.paused if (held := HELD.get()) else 0.0)


@contextmanager
def holding(lock: threading.Lock) -> Iterator[None]:
    """Holds a lock whose holder may give way; raises `Stopped` if nobody waits any more before it comes."""
    taken = lock.acquire(blocking=False)

    def look() -> None:
        nonlocal taken
        taken = lock.acquire(timeout=LOOK)

    try:
        while not taken:
            aside(look)  # which may raise with the lock taken
        yield
    finally:
        if taken:
            lock.release()
