"""How much work all pages have at once: what waits in their queues, and what is under way."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from weakref import WeakSet

from gradio.queueing import Event, Queue

from demos.runner import PLACES
from demos.ui.column_panel import COLUMN_QUEUE
from demos.ui.page import BATCHED_QUEUE, MODEL_QUEUE, WRITING_QUEUE

QUICK = 8
"""Of the runner's places, those that texts, experiments and columns leave to quick answers."""
GROWING = {WRITING_QUEUE, COLUMN_QUEUE}
WORK = {BATCHED_QUEUE, MODEL_QUEUE} | GROWING
MOST, BACKLOG = 64, 4.0
"""Questions that all pages take at once: of two classes, or as many as were answered in the last BACKLOG
seconds. Who is refused knows it at once; who waits behind hundreds would leave before the answer comes."""

CROWDED = "Too many questions wait here at this moment. Try again in a few seconds."


class Crowd:
    """All pages' work, counted; `queues` are Gradio's, one of each page."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.queues: WeakSet[Queue] = WeakSet()
        self._under_way = Counter[str]()
        self._clock, self._answered = clock, deque[float]()

    def begun(self, kind: str) -> None:
        """Counts what is under way from now on."""
        self._under_way[kind] += 1

    def ended(self, kind: str) -> None:
        """Counts it no longer, and remembers when that was."""
        self._under_way[kind] -= 1
        if kind in WORK:
            self._answered.append(self._clock())

    def is_full(self, kind: str) -> bool:
        """Whether no further question of this kind is taken."""
        while self._answered and self._answered[0] < self._clock() - BACKLOG:
            self._answered.popleft()
        taken = sum(event.concurrency_id in WORK for event in self.waiting()) + self._number(WORK)
        return kind in WORK and taken >= max(MOST, len(self._answered))

    def without_place(self) -> set[str]:
        """The kinds of which nothing may begin: it would find no place in the runner."""
        if self._number(WORK) >= PLACES:
            return WORK
        return GROWING if self._number(GROWING) >= PLACES - QUICK else set()

    def waiting(self) -> list[Event]:
        """What waits, of any kind."""
        kinds = [
            kind for queue in list(self.queues) for kind in queue.event_queue_per_concurrency_id.values()
        ]
        return [event for kind in kinds for event in kind.queue]

    def _number(self, kinds: set[str]) -> int:
        return sum(self._under_way[kind] for kind in kinds)


CROWD = Crowd()
