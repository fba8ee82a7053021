"""The ready tasks by name, and the task that a name or JSON stands for."""

from __future__ import annotations

from functools import lru_cache

from demos.errors import BadInput
from demos.nlp.prompt_task import Task, ready_tasks, task_from_json

READY = {
    "sentiment": "Sentiment",
    "topic": "Topic",
    "inference": "Inference",
    "word_in_context": "Word in context",
    "translation": "Translation",
    "arithmetic": "Arithmetic",
    "sentiment_ko": "감정 (한국어)",
}
"""Titles of the ready tasks, in the order in which they are offered."""


@lru_cache(maxsize=4)  # one request calls this several times
def task_of(text: str) -> Task:
    """A ready task by its name, or a task from JSON."""
    if text.strip() in ready_tasks():
        return ready_tasks()[text.strip()]
    if not text.lstrip().startswith("{"):
        raise BadInput(
            f"There is no ready task called {text.strip()[:40]!r}.",
            f"Choose one of: {', '.join(ready_tasks())}; or give a task as JSON.",
        )
    return task_from_json(text)
