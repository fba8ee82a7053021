"""An answer never replaces that of a later question.

A page has several listeners for one answer (a button, a choice, an example), and Gradio asks for them side by
side: what was asked later may be answered first. The browser numbers a page's questions
(`assets/js/shell/freshness.js`).
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gradio.context import LocalContext

from demos.errors import Busy, StageError
from demos.stopping import Stopped

log = logging.getLogger(__name__)

REMEMBERED = 1_000
"""Open pages whose last answer is remembered."""


class Order:
    """Which of each page's questions, that are answered in the same place, was answered last.

    A question begins with its number. What has none, or comes from no page, is always kept. `nothing` is what
    leaves a place as it is. What is part of an answer is also overtaken where that is: by one of `firsts`.
    """

    def __init__(self, nothing: Any, firsts: Mapping[Any, Order] | None = None) -> None:
        self.nothing, self._firsts = nothing, {} if firsts is None else firsts
        self._lock = threading.Lock()
        self._answered: OrderedDict[str, int] = OrderedDict()

    def answer(self, compute: Callable[[], Any], question: str) -> Any:
        """Computes an answer; what is too late is `nothing`, a failure, too. Who is only asked to come again
        has no answer yet: an earlier one may still come."""
        try:
            shown = compute()
        except Exception as error:
            if self.is_overtaken(question):
                _told(error)
                return self.nothing
            if not isinstance(error, Busy | Stopped):
                self.keeps(question)
            raise
        return shown if self.keeps(question) else self.nothing

    def answers(self, rows: Iterator[Any], question: str) -> Iterator[Any]:
        """An answer that grows, until a later question has been answered. Then comes `nothing`, since Gradio
        sends the last row of what grows once more."""
        try:
            for row in rows:
                if not self.keeps(question):
                    break
                yield row
        except Exception as error:
            if not self.is_overtaken(question):
                raise
            _told(error)
        if self.is_overtaken(question):
            yield self.nothing

    def is_overtaken(self, question: str) -> bool:
        """Whether a later question has been answered."""
        page, number = _asked(question)
        if page is None:
            return False
        return number < self._answered.get(page, 0) or any(
            first.is_overtaken(question) for first in self._firsts.values()
        )

    def keeps(self, question: str) -> bool:
        """Notes that a question is being answered; False if a later one has been."""
        page, number = _asked(question)
        if page is None:
            return True
        if self.is_overtaken(question):
            return False
        with self._lock:
            last = self._answered.pop(page, 0)
            self._answered[page] = max(last, number)
            if len(self._answered) > REMEMBERED:
                self._answered.popitem(last=False)
            return number >= last


def _told(error: Exception) -> None:
    """What went wrong here stands in the log, though the visitor has gone on."""
    if not isinstance(error, StageError | Stopped):
        log.error("An overtaken question failed", exc_info=error)


def _asked(question: str) -> tuple[str | None, int]:
    """The page, None if there is none or no number, and the number."""
    number = question.partition(" ")[0]
    page = getattr(LocalContext.request.get(None), "session_hash", None)
    if not page or not (number.isascii() and number.isdecimal()):
        return None, 0
    return page, int(number[:9])  # what is longer is no number of a page's script
