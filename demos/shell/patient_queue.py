"""Gradio's queue, which does not watch for work all the time.

Gradio looks 1,000 times a second whether a page has something to do, and 100 times whether there is progress
to tell. Every demo's page has a queue of its own: with all of them visited once, an idle gallery would keep a
core busy with looking.
"""

from __future__ import annotations

import time
from typing import Any

from gradio.queueing import Queue

ALERT = 10.0
"""Seconds after a request in which a page's queue looks as often as Gradio's: the next one may follow."""


class PatientQueue(Queue):
    """Looks 20 times a second (10 times for progress) while there is nothing to do, as Gradio itself does on
    Windows: who presses a button after a pause waits at most 50 ms longer."""

    _asked = -ALERT

    async def push(self, *arguments: Any, **options: Any) -> Any:
        self._asked = time.monotonic()
        return await super().push(*arguments, **options)

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
