"""Requests that wait together are computed together, and answered apart."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from demos.contract import Endpoint
from demos.errors import BadInput, StageError
from demos.microbatch import MicroBatches, answer_each
from demos.places import Visitor
from demos.runner import Runner


def test_a_batch_that_fails_is_computed_one_by_one():
    calls = []

    def compute(items):
        calls.append(len(items))
        return [1 / item for item in items]

    answers = answer_each([1, 0, 2], compute)
    assert (answers[0], answers[2]) == (1, 0.5)
    assert isinstance(answers[1], ZeroDivisionError)
    assert calls == [3, 1, 1, 1]


def wait_until(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "this never happened"
        time.sleep(0.005)


def waiting(together: MicroBatches) -> int:
    return sum(map(len, together._waiting.values()))


def ask_at_once(ask, items, turn: AbstractContextManager[Any], together: MicroBatches):
    """The answer, or exception, of each item; the turn is free once all of them wait."""
    answers = [None] * len(items)

    def one(i):
        try:
            answers[i] = ask(items[i])
        except Exception as error:
            answers[i] = error

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(items))]
    with turn:
        [thread.start() for thread in threads]
        wait_until(lambda: waiting(together) == len(items))
    [thread.join(10) for thread in threads]
    return answers


def test_those_who_wait_share_one_computation_and_get_their_own_answers():
    turn, calls = threading.Lock(), []
    together = MicroBatches()

    def compute(items):
        calls.append(sorted(items))
        return [item * 10 for item in items]

    answers = ask_at_once(lambda item: together("key", item, compute, turn), range(8), turn, together)
    assert answers == [item * 10 for item in range(8)]
    assert calls == [list(range(8))]
    assert together("key", 9, compute, turn) == 90, "nothing is left behind"


def test_different_models_are_not_mixed():
    turn, calls = threading.Lock(), []
    together = MicroBatches()

    def compute(items):
        calls.append(sorted(items))
        return items

    answers = ask_at_once(lambda item: together(item % 2, item, compute, turn), range(6), turn, together)
    assert answers == list(range(6))
    assert sorted(calls) == [[0, 2, 4], [1, 3, 5]]


def test_one_that_is_ended_while_it_computes_leaves_nobody_waiting():
    together = MicroBatches()

    def ended(items):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        together("key", 1, ended, threading.Lock())
    assert together("key", 1, lambda items: ["well"], threading.Lock()) == "well"


@dataclass(frozen=True)
class Inputs:
    text: str
    model: str = ""


@dataclass(frozen=True)
class Result:
    text: str


@pytest.fixture
def passes():
    return []


@pytest.fixture
def shout(passes):
    def together(many, loaded):
        passes.append(len(many))
        if any(inputs.text == "bug" for inputs in many):
            raise ZeroDivisionError
        return [BadInput("no", "Say yes.") if i.text == "bad" else Result(i.text.upper()) for i in many]

    return Endpoint("shout", together, None, batched=True)


def test_the_runner_computes_waiting_requests_in_fewer_passes(runner, shout, passes):
    crowded, texts = Runner(runner.cache), [f"text {i}" for i in range(12)]
    answers = ask_at_once(
        lambda text: crowded(shout, Inputs(text)), texts, crowded._turns.take(), crowded._together
    )
    assert [answer.text for answer in answers] == [text.upper() for text in texts]
    assert passes == [12]
    assert crowded(shout, Inputs("text 3")) is answers[3], "answers are remembered as ever"
    assert passes == [12]


@pytest.mark.parametrize(("bad", "said"), [("bad", "no Say yes."), ("bug", "ZeroDivisionError")])
def test_an_error_reaches_only_its_own_caller(runner, shout, bad, said):
    crowded, texts = Runner(runner.cache), ["a", bad, "b", "c"]
    answers = ask_at_once(
        lambda text: crowded(shout, Inputs(text)), texts, crowded._turns.take(), crowded._together
    )
    assert [answer.text for answer in answers if isinstance(answer, Result)] == ["A", "B", "C"]
    assert isinstance(answers[1], StageError) and said in str(answers[1])


def test_who_sits_at_the_machine_does_not_wait_in_a_batch_of_strangers(runner, shout, passes, monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    own = threading.local()

    def visitor():
        return Visitor(name := threading.current_thread().name, "127.0.0.1" if own.asks else name)

    crowded, texts = Runner(runner.cache, visitor=visitor), ["a", "b", "c", "own"]

    def ask(text):
        own.asks = text == "own"
        return crowded(shout, Inputs(text)).text

    @contextmanager
    def taken():
        with crowded._turns.take():
            yield
            wait_until(lambda: len(crowded._turns._queue) == 2)  # who leads each batch

    assert ask_at_once(ask, texts, taken(), crowded._together) == ["A", "B", "C", "OWN"]
    assert passes == [1, 3], "its own came first, alone"


def test_the_runner_keeps_endpoints_and_models_apart(runner):
    class Crowded(Runner):
        def _ready(self, endpoint, inputs, stop=None):
            return [inputs.model]

        @contextmanager
        def _lease(self, endpoint, specs):
            yield SimpleNamespace(spec=specs[0])

    passes = []

    def endpoint(name):
        def together(many, loaded):
            passes.append((name, loaded.spec, sorted({inputs.model for inputs in many}), len(many)))
            return [Result(f"{name} {loaded.spec} {inputs.text}") for inputs in many]

        return Endpoint(name, together, None, batched=True)

    crowded, endpoints = Crowded(runner.cache), [endpoint("one"), endpoint("two")]
    asked = [(e, Inputs(str(i), model)) for e in endpoints for model in "ab" for i in range(2)]
    answers = ask_at_once(lambda item: crowded(*item), asked, crowded._turns.take(), crowded._together)
    assert [answer.text for answer in answers] == [f"{e.name} {i.model} {i.text}" for e, i in asked]
    assert sorted(passes) == [(name, model, [model], 2) for name in ("one", "two") for model in "ab"]


def test_too_few_answers_leave_nobody_waiting():
    turn = threading.Lock()
    together = MicroBatches()

    def forgets(items):
        return list(items)[1:] if len(items) > 1 else items

    answers = ask_at_once(lambda item: together("key", item, forgets, turn), range(3), turn, together)
    assert answers == [0, 1, 2]
