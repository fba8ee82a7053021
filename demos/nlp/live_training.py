"""A training that a visitor watches: its pace, its turns, and who may train.

A training gives its turn back after each step, so that others need not wait long and Stop ends it at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Protocol, TypeVar

from demos.held_turn import clock
from demos.nlp.training_places import Places
from demos.public import is_public
from demos.stream import Waiting

HELD_OUT, ENOUGH = 5, 10
"""Every fifth line is held out where there are at least ten."""
SHOW, SAMPLE = 0.5, 3.0
"""Seconds of training between two results, and between two samples."""
NEXT_TURN = Waiting(threading.Event())
"""Waits for nothing but the next turn."""
NEXT_TURN.there.set()

Line = TypeVar("Line")


class Lesson(Protocol):
    """A model in training; everything but the time is decided by its seed."""

    def measure(self) -> None:
        """Adds a point to the curve if it is time for one."""

    def write(self) -> None:
        """Adds a sample of what the model says now."""

    def step(self) -> object:
        """One step of the training."""

    def result(self, seconds: float, finished: bool) -> Any:
        """How far it is."""


def paced(
    make: Callable[[], Lesson],
    total: float,
    clock: Callable[[], float] = clock,
    show: float = SHOW,
    sample: float = SAMPLE,
) -> Iterator[Any]:
    """Makes a lesson and trains it for `total` seconds; yields its results, and the next turn after each
    other step. Only what lies between two turns counts as its seconds."""
    begin, spent, shown, sampled = clock(), 0.0, -show, -sample
    lesson = make()
    while True:
        lesson.measure()
        seconds = spent + clock() - begin
        over = seconds >= total
        due = over or seconds - shown >= show
        if due and (over or seconds - sampled >= sample):
            lesson.write()
            sampled = seconds
        spent += clock() - begin
        if due:
            shown = seconds
            yield lesson.result(seconds, over)
        else:
            yield NEXT_TURN
        if over:
            return
        begin = clock()
        lesson.step()


def in_turn(places: Places, waits: Any, training: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    """Yields from a training. On a public gallery it first takes one of `places`; the result `waits` says so
    where others are before it."""
    with ExitStack() as stack:
        if is_public():
            called = stack.enter_context(places.take())
            if not called.is_set():
                yield waits
            while not called.is_set():
                yield Waiting(called)
        yield from training()


def split(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Lines to train on, and those held out."""
    if len(lines) < ENOUGH:
        return lines, []
    held_out = lines[HELD_OUT - 1 :: HELD_OUT]
    del (kept := list(lines))[HELD_OUT - 1 :: HELD_OUT]
    return kept, held_out
