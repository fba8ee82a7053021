"""Requests that wait for the same model at the same time are computed in one batch."""

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
    """Gathers what waits for its turn.

    The first who comes leads: it waits for `turn`, then computes everything that came under its key in the
    meantime. Nobody waits for others to come, so a request that is alone is computed at once.
    """

    def __init__(self, turn: AbstractContextManager[Any]) -> None:
        self._turn = turn
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, list[tuple[Any, Future[Any]]]] = {}

    def __call__(self, key: Hashable, item: Any, compute: Compute) -> Any:
        """The answer to `item`, or its own exception; equal keys mean that `compute` is the same."""
        mine: Future[Any] = Future()
        with self._lock:
            leads = key not in self._waiting
            self._waiting.setdefault(key, []).append((item, mine))
        if leads:
            with self._turn:
                with self._lock:
                    gathered = self._waiting.pop(key)
                _answer(gathered, compute)
        return mine.result()


def _answer(gathered: Sequence[tuple[Any, Future[Any]]], compute: Compute) -> None:
    try:
        answers = answer_each([item for item, _ in gathered], compute)
    except BaseException as error:  # the one who computes is being ended: nobody may wait for it
        for _, future in gathered:
            future.set_exception(error)
        raise
    for answer, (_, future) in zip(answers, gathered, strict=True):
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def answer_each(items: Sequence[Item], compute: Callable[[Sequence[Item]], Sequence[Any]]) -> list[Any]:
    """What `compute` says about each item; if it fails on all together, about each alone.

    The answer to an item on which it fails even alone is the exception, so that one cannot spoil the others.
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
    """The answer of a batch of one; raises it if it is a `StageError`."""
    (answer,) = answers
    if isinstance(answer, StageError):
        raise answer
    return answer
