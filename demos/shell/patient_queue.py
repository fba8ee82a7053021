"""Gradio's queue, which does not watch for work all the time, and works only for those who listen.

Gradio looks 1,000 times a second whether a page has something to do, and 100 times whether there is progress
to tell. Every demo's page has a queue of its own: with all of them visited once, an idle gallery would keep a
core busy with looking.

Gradio computes an answer to its end, whether or not anybody is there to read it. Here the event of a client
who leaves, or does not begin to listen for `PATIENCE` seconds, is stopped (`demos/stopping.py`).

Gradio takes and begins as much work as one page allows. Here the queues of all pages together take no more
than is answered soon, and begin no more than the runner has places for (`demos/shell/crowd.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from gradio.queueing import Event, Queue
from gradio.server_messages import ProcessCompletedMessage

from demos.places import SHARE, Visitor, has_its_share, is_own
from demos.shell.admission import visitor_of
from demos.shell.crowd import CROWD, CROWDED, MOST, WORK
from demos.stopping import STOPPED

ALERT = 10.0
"""Seconds after a request in which a page's queue looks as often as Gradio's: the next one may follow."""
PATIENCE = 3.0
"""Seconds in which a client who asks must begin to listen: it has to be told its event's name before."""

FULL = "You have your share of questions here that wait. Wait for one of them: others ask here, too."


class Mailbox(asyncio.Queue):
    """The messages for one client, which knows whether anybody comes for them."""

    heard = False

    async def get(self) -> Any:
        self.heard = True
        return await super().get()


class PatientQueue(Queue):
    """Looks 20 times a second (10 times for progress) while there is nothing to do, as Gradio itself does on
    Windows: who presses a button after a pause waits at most 50 ms longer."""

    _asked = -ALERT

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        CROWD.join(self)

    async def push(self, body: Any, request: Any, username: str | None) -> Any:
        """Takes an event of a client, unless as many of this visitor, or of all, wait already as may."""
        self._asked = time.monotonic()
        visitor = visitor_of(request, body.session_hash)
        if visitor and has_its_share(visitor, _visitors(CROWD.waiting()), MOST):
            return False, FULL, "queue_full"
        kind, own = self._kind(body.fn_index), is_own(visitor)
        if CROWD.is_full(kind) and not (own and _few_own_wait() or self._goes_on(body.fn_index)):
            return False, CROWDED, "queue_full"
        if not self.pending_event_ids_session.get(body.session_hash):
            self._mailbox(body.session_hash).heard = False  # Gradio ended the stream with the last answer
        is_taken, event, state = await super().push(body, request, username)
        if is_taken:
            self._mailbox(page := body.session_hash)
            if own:
                self._put_first(str(event))
            asyncio.get_running_loop().call_later(PATIENCE, self._stop_unheard, page, str(event))
        return is_taken, event, state

    def _put_first(self, name: str) -> None:
        """Has an event that came last begin before strangers' of its kind that wait."""
        event = self.event_ids_to_events[name]
        waiting = self.event_queue_per_concurrency_id[event.concurrency_id].queue
        if event in waiting:
            waiting.remove(event)
            waiting.insert(sum(map(is_own, _visitors(waiting))), event)
            self.broadcast_estimations(event.concurrency_id)

    def _kind(self, function: int | None) -> str | None:
        """The kind of work of one of the page's functions."""
        known = self.blocks.fns.get(-1 if function is None else function)
        return known and known.concurrency_id

    def _goes_on(self, function: int | None) -> bool:
        """Whether a function goes on with work: who was given the first part of an answer gets the others."""
        known = self.blocks.fns.get(-1 if function is None else function)
        return known is not None and self._kind(known.trigger_after) in WORK

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """What is begun next: nothing for which there would be no place."""
        all_kinds, full = self.event_queue_per_concurrency_id, CROWD.without_place()
        self.event_queue_per_concurrency_id = {k: of for k, of in all_kinds.items() if k not in full}
        try:
            found = super().get_events()
        finally:
            self.event_queue_per_concurrency_id = all_kinds
        if found:
            CROWD.begun(found[0][0])
        return found

    def send_message(self, event: Event, event_message: Any) -> None:
        """Sends it, Gradio's way. Who has the answer may ask again at once, and is not counted twice."""
        if isinstance(event_message, ProcessCompletedMessage):
            CROWD.ended(event)
        super().send_message(event, event_message)

    async def process_events(self, events: list[Event], *how: Any, **named: Any) -> None:
        """Answers events that belong together, Gradio's way."""
        try:
            await super().process_events(events, *how, **named)
        finally:
            CROWD.ended(events[0])

    def _mailbox(self, page: str | None) -> Mailbox:
        messages: Any = self.pending_messages_per_session.get(page or "", Mailbox())
        messages.__class__ = Mailbox  # Gradio makes it
        return messages

    def _stop_unheard(self, page: str, event: str) -> None:
        """Stops an event if nobody listens; who comes later is told so."""
        if event in self.event_ids_to_events and not self._mailbox(page).heard:
            STOPPED.add(event)

    async def clean_events(self, *, session_hash: str | None = None, event_id: str | None = None) -> None:
        """Drops what a client who has left waits for, and stops what is computed for it."""

        def of_client(event: Event) -> bool:
            return event.session_hash == session_hash or event._id == event_id

        # Before anything is awaited: the task that calls this may be cancelled at its first await.
        for queue in self.event_queue_per_concurrency_id.values():
            for event in filter(of_client, list(queue.queue)):
                queue.queue.remove(event)
                self.event_ids_to_events.pop(event._id, None)
        for event in filter(of_client, list(self.event_ids_to_events.values())):
            event.alive = False
            STOPPED.add(event._id)
        await super().clean_events(session_hash=session_hash, event_id=event_id)

    @property
    def sleep_when_free(self) -> float:
        """Seconds between two looks for work."""
        return 0.001 if self._alert() else 0.05

    @sleep_when_free.setter
    def sleep_when_free(self, value: float) -> None:
        """Gradio's own choice does not matter."""

    @property
    def progress_update_sleep_when_free(self) -> float:
        """Seconds between two looks for progress."""
        return 0.01 if self._alert() else 0.1

    @progress_update_sleep_when_free.setter
    def progress_update_sleep_when_free(self, value: float) -> None:
        """Gradio's own choice does not matter."""

    def _alert(self) -> bool:
        return any(self.active_jobs) or len(self) > 0 or time.monotonic() - self._asked < ALERT


def _few_own_wait() -> bool:
    """Whether one more question of the gallery's own machine is taken in a rush."""
    return sum(map(is_own, _visitors(CROWD.waiting()))) < MOST // SHARE


def _visitors(events: Iterable[Event]) -> list[Visitor]:
    """Whose they are."""
    return list(filter(None, (visitor_of(event.request, event.session_hash) for event in events)))
