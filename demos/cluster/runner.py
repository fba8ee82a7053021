"""The runner of a front: remembers, admits and refuses as any other, and has workers compute.

A worker may end at any moment. An endpoint is a pure function, so asking again gives the same answer: what
was lost is asked once more. That holds for growing results too, each of which has all that is known so far:
asked again, a stream begins anew, and its reader is not shown again what was shown before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Protocol, TypeVar

from demos.cluster.worker import Answer, Question, question
from demos.contract import Endpoint
from demos.errors import Busy, refusal
from demos.models.cache import ModelCache
from demos.models.catalog import checkpoint
from demos.models.specs import Spec
from demos.plain import from_plain
from demos.runner import Runner
from demos.stopping import Stop, beside

log = logging.getLogger(__name__)

T = TypeVar("T")

TIMES = 2
"""How often a question is asked whose worker ends before it has answered."""
_END = object()


class Lost(Exception):
    """The worker that was asked has ended, or cannot be reached."""


class AnswersFromAfar(Protocol):
    """Growing answers; `close()` tells the worker to stop."""

    def __iter__(self) -> Iterator[Answer]: ...

    def __next__(self) -> Answer: ...

    def close(self) -> None: ...


class Workers(Protocol):
    """Some workers. `name` is the checkpoint that a question is about, or "": those for one checkpoint should
    come to the same workers. Both raise `Lost`, and `Busy` if too many questions wait."""

    def answer(self, asked: Question, name: str) -> Answer: ...

    def stream(self, asked: Question, name: str) -> AnswersFromAfar: ...


class ClusterRunner(Runner):
    """Runs endpoints on workers; no model is loaded in this process."""

    def __init__(self, workers: Workers, cache: ModelCache, **options: Any) -> None:
        super().__init__(cache, **options)
        self._workers = workers

    def _obtain(self, specs: Sequence[Spec], stop: Stop) -> None:
        """The worker fetches the files."""

    def _compute(self, endpoint: Endpoint, inputs: Any, specs: Sequence[Spec], stop: Stop) -> Any:
        asked = question(endpoint, inputs)
        with self.places.hold(self.visitor()):
            for left in reversed(range(TIMES)):
                try:
                    ask = partial(self._workers.answer, asked, affinity(specs))
                    return _result(endpoint, _beside(ask, stop))
                except Lost as lost:
                    _again(lost, left)

    def _compute_steps(
        self, endpoint: Endpoint, inputs: Any, specs: Sequence[Spec], stop: Stop
    ) -> Generator[Any, None, None]:
        asked, shown = question(endpoint, inputs), 0
        with self.places.hold(self.visitor()):
            for left in reversed(range(TIMES)):
                try:
                    with closing(self._workers.stream(asked, affinity(specs))) as answers:
                        for number, answer in _new(_until_stopped(answers, stop), shown):
                            yield _result(endpoint, answer)
                            shown = number
                    return
                except Lost as lost:
                    _again(lost, left)


def affinity(specs: Sequence[Spec]) -> str:
    """The checkpoint whose weights a request needs first: heads and adapters share those of their base."""
    if not specs:
        return ""
    return checkpoint(specs[0].checkpoint).base or specs[0].checkpoint


def _result(endpoint: Endpoint, answer: Answer) -> Any:
    if error := refusal(answer):
        raise error
    return from_plain(endpoint.result_type, answer)


def _again(lost: Lost, left: int) -> None:
    if not left:
        raise Busy(
            f"What computed this has ended, {TIMES} times.",
            "Nothing you typed is lost: try again soon.",
        ) from lost
    log.warning("asked again: %s", str(lost).partition("\n")[0])


def _until_stopped(answers: Iterator[Answer], stop: Stop) -> Iterator[Answer]:
    """The answers as they come; raises `Stopped`, at once, when told to stop."""
    while (answer := _beside(lambda: next(answers, _END), stop)) is not _END:
        yield answer


def _beside(work: Callable[[], T], stop: Stop) -> T:
    done: list[T] = []
    beside(lambda: done.append(work()), stop)
    return done[0]


def _new(answers: Iterator[Answer], shown: int) -> Iterator[tuple[int, Answer]]:
    """The answers after the first `shown`, with their numbers; the last one in any case."""
    number, answer = 0, _END
    for number, answer in enumerate(answers, 1):
        if number > shown:
            yield number, answer
    if shown and answer is not _END and number <= shown:
        yield number, answer
