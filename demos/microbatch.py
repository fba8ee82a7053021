"""Computes requests that wait for the same model at the same time in one batch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from demos.errors import StageError

Item = TypeVar("Item")
Compute = Callable[[Sequence[Any]], Sequence[Any]]


class MicroBatches:
    """Gathers requests that wait for a turn.

    The first request leads: it waits for its turn, then computes everything that arrived under its key in the
    meantime. Nobody waits for others to arrive, so a single request is computed at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[tuple[Any, Future[Any]]]] = {}

    def __call__(self, key: Hashable, item: Any, compute: Compute, turn: AbstractContextManager[Any]) -> Any:
        """Returns the answer to `item`, or raises its exception; equal keys must mean the same `compute`, and
        turns that come alike."""
        mine: Future[Any] = Future()
        with self._lock:
            leads = key not in self._waiting
            self._waiting.setdefault(key, []).append((item, mine))
        if leads:
            with turn:
                with self._lock:
                    gathered = self._waiting.pop(key)
                _answer(gathered, compute)
        return mine.result()


def _answer(gathered: Sequence[tuple[Any, Future[Any]]], compute: Compute) -> None:
    try:
        answers = answer_each([item for item, _ in gathered], compute)
    except BaseException as error:  # the leader is being ended: nobody may go on waiting for it
        for _, future in gathered:
            future.set_exception(error)
        raise
    for answer, (_, future) in zip(answers, gathered, strict=True):
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def answer_each(items: Sequence[Item], compute: Callable[[Sequence[Item]], Sequence[Any]]) -> list[Any]:
    """Computes all items together; if that fails, computes each alone.

    The answer to an item that fails even alone is its exception, so that one item cannot spoil the others.
    """
    try:
        answers = list(compute(items))
        if len(answers) != len(items):
            raise ValueError(f"{len(answers)} answers to {len(items)} items")
        return answers
    except Exception as error:
        if len(items) == 1:
            return [error]
        return [answer_each([item], compute)[0] for item in items]


def only(answers: Sequence[Any]) -> Any:
    """Returns the answer of a batch of one, or raises it if it is a `StageError`."""
    (answer,) = answers
    if isinstance(answer, StageError):
        raise answer
    return answer
