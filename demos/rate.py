"""How much one visitor may ask: each has a bucket of tokens, which fills steadily; asking takes one out."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

MAX_KNOWN = 10_000
"""Buckets kept at once; whoever has not asked for longest is forgotten, and so begins with a full one."""


class Rate:
    """Buckets that hold `burst` tokens and gain `per_minute` of them in a minute."""

    def __init__(
        self,
        burst: int,
        per_minute: float,
        clock: Callable[[], float] = time.monotonic,
        most: int = MAX_KNOWN,
    ) -> None:
        self._burst, self._per_second, self._clock, self._most = burst, per_minute / 60, clock, most
        self._lock = threading.Lock()
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # tokens, and when

    def take(self, who: Hashable, many: int = 1) -> float:
        """Takes tokens out of a bucket and returns 0.0, or takes none and returns in how many seconds there
        will be as many."""
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(who, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - then) * self._per_second)
            wait = 0.0 if tokens >= many else (many - tokens) / self._per_second
            self._buckets[who] = (tokens if wait else tokens - many, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            return wait
