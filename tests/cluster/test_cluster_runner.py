"""The runner of a front, with workers in this process that may end, in place of Ray's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from demos.budget import Bounds
from demos.cluster.runner import ClusterRunner, Lost, affinity
from demos.cluster.worker import Worker, own_worker
from demos.contract import Endpoint, to_plain
from demos.errors import BadInput, Busy, Fault, StageError
from demos.models.cache import ModelCache
from demos.models.specs import Loaded, Origin, Spec
from demos.runner import PLACES, Runner
from demos.stopping import STOPPED, Stopped, working_on


@dataclass(frozen=True)
class Inputs:
    """text: a text; model: the name of a model."""

    text: str
    model: str = "minilm"


@dataclass(frozen=True, eq=False)
class Result:
    """What comes out."""

    text: str
    weights: np.ndarray
    probability: float = float("nan")


class Unwelcome(BadInput):
    """An error of an endpoint's own, with an attribute more."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word} is unwelcome.", "Write another word.")
        self.word = word


def shout(inputs: Inputs, loaded: Any) -> Result:
    """Answer at once."""
    if inputs.text == "bad":
        raise Unwelcome(inputs.text)
    if inputs.text == "broken":
        raise ZeroDivisionError
    return Result(inputs.text.upper(), np.array([[0.1, np.nan]], np.float32))


def spell(inputs: Inputs, loaded: Any) -> Iterator[Result]:
    """Answer letter by letter."""
    for end in range(1, len(inputs.text) + 1):
        if inputs.text[end - 1] == "!":
            raise Unwelcome("!")
        yield Result(inputs.text[:end], np.zeros(2, np.float32))


SHOUT, SPELL = Endpoint("shout", shout, "base"), Endpoint("spell", spell, "base")


def nothing_loaded(spec: Spec, base: Any = None) -> Loaded:
    return Loaded(spec, None, None, Origin("minilm", "Pretend", None, None, "bundled", "MIT", ""), 1)


def pretending() -> Runner:
    return Runner(ModelCache(2**40, load=nothing_loaded, size=lambda spec: 1))


class Here:
    """Workers in this process. What they are asked and answer passes through JSON. `ends` says after how many
    answers the worker of each request ends, None for one that lives."""

    def __init__(self, *ends: int | None, endpoints: Any = (SHOUT, SPELL), run: Any = None) -> None:
        self.worker = Worker(run or pretending(), endpoints)
        self.ends = list(ends)
        self.asked: list[tuple[str, str]] = []
        self.closed = 0

    def answer(self, asked: Any, name: str) -> Any:
        if self._note(asked, name) is not None:
            raise Lost("killed")
        return through_json(self.worker.answer(through_json(asked)))

    def stream(self, asked: Any, name: str) -> Any:
        return Ending(self, self.worker.stream(through_json(asked)), self._note(asked, name))

    def _note(self, asked: Any, name: str) -> int | None:
        self.asked.append((asked["endpoint"], name))
        return self.ends.pop(0) if self.ends else None


class Ending(Iterator[Any]):
    """Answers of a worker that ends after some of them."""

    def __init__(self, workers: Here, answers: Any, after: int | None) -> None:
        self._workers, self._answers, self._left = workers, answers, after

    def __next__(self) -> Any:
        if self._left == 0:
            raise Lost("killed")
        if self._left is not None:
            self._left -= 1
        return through_json(next(self._answers))

    def close(self) -> None:
        self._workers.closed += 1
        self._answers.close()


def through_json(plain: Any) -> Any:
    """What arrives when plain data are sent as JSON: nothing else is in them."""
    return json.loads(json.dumps(plain, allow_nan=False))


def front(workers: Any) -> ClusterRunner:
    return ClusterRunner(workers, ModelCache(0))


def same(one: Any, other: Any) -> bool:
    return to_plain(one) == to_plain(other)


HOSTILE = ["", "<script>alert(1)</script>", "어텐션", "🙂" * 50, "\0\u202e", "x" * 100_000]


@pytest.mark.parametrize("text", HOSTILE, ids=["empty", "script", "Korean", "emoji", "control", "huge"])
def test_a_worker_answers_what_a_runner_answers(text):
    there, here = front(Here())(SHOUT, Inputs(text)), pretending()(SHOUT, Inputs(text))
    assert same(there, here) and there.weights.dtype == np.float32
    there, here = [list(run.stream(SPELL, Inputs(text[:50]))) for run in (front(Here()), pretending())]
    assert len(there) == min(len(text), 50) and all(map(same, there, here))


def test_a_refusal_arrives_with_its_class_and_attributes():
    with pytest.raises(Unwelcome, match="bad is unwelcome. Write another word.") as raised:
        front(Here())(SHOUT, Inputs("bad"))
    assert raised.value.word == "bad"
    seen = []
    with pytest.raises(Unwelcome, match="! is unwelcome"):
        for result in front(Here()).stream(SPELL, Inputs("ab!c")):
            seen.append(result.text)
    assert seen == ["a", "ab"]


def test_what_fails_unforeseen_at_a_worker_has_a_number():
    with pytest.raises(Fault, match="ZeroDivisionError, number"):
        front(Here())(SHOUT, Inputs("broken"))


def test_what_no_worker_knows_is_refused():
    with pytest.raises(BadInput, match="does not know shout"):
        front(Here(endpoints=()))(SHOUT, Inputs("a"))
    with pytest.raises(BadInput, match="does not know spell"):
        list(front(Here(endpoints=())).stream(SPELL, Inputs("a")))


def test_the_front_checks_before_it_asks_and_remembers_afterwards():
    workers = Here()
    run = front(workers)
    with pytest.raises(StageError, match="no model called"):
        run(SHOUT, Inputs("a", model="nosuch"))
    assert not workers.asked
    for _ in range(2):
        assert run(SHOUT, Inputs("a")).text == "A"
    assert workers.asked == [("shout", "minilm")]
    assert run.cache.stats().loads == 0


def test_a_question_whose_worker_ends_is_asked_once_more():
    workers = Here(0)
    assert front(workers)(SHOUT, Inputs("a")).text == "A"
    assert len(workers.asked) == 2


def test_a_question_whose_worker_ends_twice_is_refused_and_holds_no_place():
    workers = Here(0, 0)
    run = front(workers)
    with pytest.raises(Busy, match="has ended, 2 times"):
        run(SHOUT, Inputs("a"))
    assert len(workers.asked) == 2 and run.places.free == PLACES
    assert run(SHOUT, Inputs("a")).text == "A"  # the refusal is not remembered


@pytest.mark.parametrize("end", range(3))
def test_a_stream_begins_anew_and_nothing_is_shown_twice(end):
    workers = Here(end)
    seen = [result.text for result in front(workers).stream(SPELL, Inputs("cat"))]
    assert seen == ["c", "ca", "cat"]
    assert workers.closed == len(workers.asked) == 2


def test_a_stream_that_had_shown_all_but_its_end_shows_its_last_result_again():
    """It could have been another, where a worker yields by time."""
    seen = [result.text for result in front(Here(3)).stream(SPELL, Inputs("cat"))]
    assert seen == ["c", "ca", "cat", "cat"]


def test_a_stream_whose_worker_ends_twice_says_so_after_what_it_showed():
    seen = []
    with pytest.raises(Busy, match="has ended, 2 times"):
        for result in front(Here(1, 2)).stream(SPELL, Inputs("cat")):
            seen.append(result.text)
    assert seen == ["c", "ca"]


def test_a_stream_that_is_closed_is_closed_at_the_worker():
    workers = Here()
    run = front(workers)
    stream = run.stream(SPELL, Inputs("cat"))
    assert next(stream).text == "c"
    stream.close()
    assert workers.closed == 1 and run.places.free == PLACES


class Slow(Here):
    """Workers whose answers do not come until they are told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.told = threading.Event(), threading.Event()

    def stream(self, asked: Any, name: str) -> Any:
        workers = self

        class Answers(Iterator[Any]):
            def __next__(self) -> Any:
                workers.begun.set()
                workers.told.wait(60)
                raise StopIteration

            def close(self) -> None:
                workers.told.set()

        return Answers()


def test_who_presses_stop_does_not_wait_for_an_answer():
    workers = Slow()
    run = front(workers)
    with working_on("ticket of a slow stream"):
        stream = run.stream(SPELL, Inputs("cat"))

    def press() -> None:
        workers.begun.wait(60)
        STOPPED.add("ticket of a slow stream")

    threading.Thread(target=press).start()
    with pytest.raises(Stopped):
        next(stream)
    assert workers.told.is_set() and run.places.free == PLACES


def test_questions_are_sent_by_the_checkpoint_whose_weights_they_share():
    assert affinity([]) == ""
    assert affinity([Spec("minilm", "base"), Spec("smollm2")]) == "minilm"
    assert affinity([Spec("minilm-sentiment", "sequence-classification")]) == "minilm"


def test_a_worker_computes_within_the_bounds_of_its_environment(monkeypatch):
    monkeypatch.setenv("STAGE_TOKENS", "3")
    monkeypatch.setenv("STAGE_SECONDS", "7")
    worker = own_worker()
    assert worker._run.bounds == Bounds(seconds=7, tokens=3)
    asked = {"endpoint": "sentiment", "inputs": {"text": "A fine film.", "model": "minilm-sentiment"}}
    assert "more than 3 tokens" in str(worker.answer(asked))
