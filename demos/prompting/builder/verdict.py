"""Decides whether a model's answer is the one that the task's row expects."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from demos.nlp.prompt_task import Row, Task


def expected_label(task: Task, query: Row) -> str | None:
    """The label of the task's row with the same query, or None if there is none and so no known answer."""
    fields = dict(query.fields)
    rows = (row for row in (*task.rows, *task.shots) if dict(row.fields) == fields)
    return next((row.label for row in rows if task.labels or set(row.choices) == set(query.choices)), None)


def normalised(text: str) -> str:
    """A text without case, insignificant spaces and surrounding punctuation."""
    line = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return re.sub(r"^\W+|\W+$", "", line)


def is_right(text: str, words: Sequence[str]) -> bool | None:
    """Whether a text is one of the right `words`; None if it contains one but says more."""
    said, right = normalised(text), [word for word in map(normalised, words) if word]
    if said in right:
        return True
    contained = any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in right)
    return None if contained else False
