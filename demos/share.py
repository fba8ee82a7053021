"""Accounts of those who share the time to compute, and the part of it for who comes last."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

LONG, PART, MOST_OWED = 0.2, 1 / 8, 0.5
"""Seconds after which what grows counts as long, the part of the time that those who come last have in any
case, and the seconds of it that they may have at once."""
FIRST = 5.0
"""Seconds that the own machine's computation may take and still come first."""
QUANTUM = 0.05
"""Seconds that one computes at least before it lets others go first: what a processor remembers of a model
is lost each time."""

LATEST, KINDS = 5, 1000
"""How many computations of a kind, and how many kinds are remembered."""


@dataclass(eq=False)
class Share:
    """The account of a computation. time: the seconds that it would show had it computed alone; computed: the
    seconds that it did; is_own: whether the gallery's own machine asks; expected: the seconds that its kind
    usually takes; finish: the common time at which it would then be done."""

    time: float = 0.0
    computed: float = 0.0
    in_steps: bool = True
    is_own: bool = False
    expected: float = 0.0
    finish: float = 0.0

    @property
    def is_long(self) -> bool:
        """Whether it comes after what is answered at once."""
        return self.in_steps and self.computed > LONG

    @property
    def is_first(self) -> bool:
        """Whether it comes before strangers'."""
        return self.is_own and not self.is_long and self.computed < FIRST


@dataclass(eq=False)
class Usual:
    """What each kind of computation takes: the least of the latest that were answered. The first of them may
    have loaded something, a text may be long, and who takes longer than expected loses nothing but that."""

    _seconds: dict[Hashable, deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def share(self, kind: Hashable, is_own: bool) -> Iterator[Share]:
        """The account of one of this kind that is answered at once; of the first two, nothing is expected."""
        with self._lock:
            known = self._seconds.get(kind, ())
            expected = min(known) if len(known) > 1 else 0.0
        yield (share := Share(in_steps=False, is_own=is_own, expected=expected))
        if not share.computed:  # it was computed along with another
            return
        with self._lock:
            latest = self._seconds.pop(kind, None) or deque(maxlen=LATEST)
            latest.append(share.computed)
            self._seconds[kind] = latest  # the last one to be forgotten
            if len(self._seconds) > KINDS:
                del self._seconds[next(iter(self._seconds))]


@dataclass(eq=False)
class Part:
    """Of the time, for those who come last. owed: seconds that they have not had."""

    owed: float = 0.0

    @property
    def is_due(self) -> bool:
        """Whether they come first now."""
        return self.owed >= QUANTUM

    def count(self, seconds: float, is_theirs: bool, they_wait: bool) -> None:
        """Somebody has computed for so long."""
        if is_theirs:
            self.owed = max(0.0, self.owed - seconds)
        else:
            self.owed = min(MOST_OWED, self.owed + PART * seconds) if they_wait else 0.0
