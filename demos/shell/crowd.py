"""How much work all pages have at once: what waits in their queues, and what is under way."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from weakref import ReferenceType, ref

from gradio.queueing import Event, Queue

from demos.runner import PLACES
from demos.ui.column_panel import COLUMN_QUEUE
from demos.ui.page import BATCHED_QUEUE, MODEL_QUEUE, WRITING_QUEUE

QUICK = 8
"""Of the runner's places, those that texts, experiments and columns leave to quick answers."""
GROWING = {WRITING_QUEUE, COLUMN_QUEUE}
AT_ONCE = {BATCHED_QUEUE, MODEL_QUEUE}
WORK = AT_ONCE | GROWING
MOST, BACKLOG = 36, 4.0
"""Quick questions that all pages take at once, and others: a class, and a few; of quick ones as many as were
answered in the last BACKLOG seconds, if that is more. Who is refused knows it at once, and nobody waits long
after a rush: quick ones go first."""

CROWDED = "Too many questions wait here at this moment. Try again in a few seconds."


class Crowd:
    """All pages' work, counted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._queues: list[ReferenceType[Queue]] = []
        self._under_way: dict[str, str] = {}  # name of an event -> its kind
        self._clock, self._answered = clock, deque[float]()

    def join(self, queue: Queue) -> None:
        """Counts what waits in a page's queue."""
        self._queues = [*(known for known in self._queues if known() is not None), ref(queue)]

    def begun(self, event: Event) -> None:
        """Counts what is under way from now on."""
        self._under_way[event._id] = event.concurrency_id

    def ended(self, event: Event) -> None:
        """Counts it no longer, and remembers when that was."""
        if self._under_way.pop(event._id, "") in AT_ONCE:
            self._answered.append(self._clock())

    def is_full(self, kind: str | None) -> bool:
        """Whether no further question of this kind is taken."""
        while self._answered and self._answered[0] < self._clock() - BACKLOG:
            self._answered.popleft()
        if kind not in WORK:
            return False
        alike, most = (GROWING, MOST) if kind in GROWING else (AT_ONCE, max(MOST, len(self._answered)))
        return sum(event.concurrency_id in alike for event in self.waiting()) + self._number(alike) >= most

    def without_place(self) -> set[str]:
        """The kinds of which nothing may begin: it would find no place in the runner."""
        if self._number(WORK) >= PLACES:
            return WORK
        return GROWING if self._number(GROWING) >= PLACES - QUICK else set()

    def waiting(self) -> list[Event]:
        """What waits, of any kind."""
        queues = [queue for known in self._queues if (queue := known()) is not None]
        of_pages = [queue.event_queue_per_concurrency_id.values() for queue in queues]
        return [event for kinds in of_pages for kind in kinds for event in kind.queue]

    def _number(self, kinds: set[str]) -> int:
        return sum(kind in kinds for kind in self._under_way.values())


CROWD = Crowd()
