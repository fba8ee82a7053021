"""An answer never replaces that of a later question.

A page has several listeners for one answer (a button, a choice, an example), and Gradio asks for them side by
side: what was asked later may be answered first. The browser numbers a page's questions
(`assets/js/shell/freshness.js`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from gradio.context import LocalContext

REMEMBERED = 1_000
"""Open pages whose last answer is remembered."""


class Order:
    """Which of each page's questions, that have an answer in the same place, was answered last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered: OrderedDict[str, int] = OrderedDict()

    def is_kept(self, question: str) -> bool:
        """Notes that a question, which begins with its number, is about to be answered; False if a later one
        has been. What has no number, or comes from no page, is always kept."""
        number, _, _ = question.partition(" ")
        page = getattr(LocalContext.request.get(None), "session_hash", None)
        if not page or not (number.isascii() and number.isdecimal()):
            return True
        with self._lock:
            last = self._answered.pop(page, 0)
            self._answered[page] = max(last, int(number[:9]))
            if len(self._answered) > REMEMBERED:
                self._answered.popitem(last=False)
            return int(number[:9]) >= last
