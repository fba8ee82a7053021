"""Streams: a turn for each step, stopped at any moment, and files that are fetched beside everything."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from demos.contract import Endpoint
from demos.errors import BadInput, Busy, ModelTooLarge, StageError
from demos.models.cache import ModelCache
from demos.models.specs import Loaded, Origin
from demos.runner import PATIENT, PLACES, Runner
from demos.stopping import STOPPED, Stopped, working_on
from demos.tasks.generate.compute import (
    GENERATE,
    GenerateInputs,
)
from tests.test_turns import wait_until


@dataclass(frozen=True)
class Inputs:
    """text: a text; model: the name of a model."""

    text: str
    model: str = "minilm"


@dataclass(frozen=True)
class Result:
    """What comes out."""

    text: str


def loaded_from(spec, base=None):
    return Loaded(spec, None, None, Origin("minilm", "Pretend", None, None, "bundled", "MIT", ""), 1)


@pytest.fixture
def pretending():
    """A runner whose models are nothing, and its cache."""
    return Runner(ModelCache(2**40, load=loaded_from, size=lambda spec: 1))


def free(runner) -> bool:
    """Whether neither a turn nor a place nor a model is held."""
    leases = sum(entry.leases for entry in runner.cache.stats().entries)
    turns = runner._turns._taken
    return not turns and runner.places.free == PLACES and not leases


def test_no_step_is_computed_beside_another_and_no_answer_beside_another(pretending):
    running, most = {"step": 0, "answer": 0}, []

    def busy(kind):
        running[kind] += 1
        most.append(running[kind])
        time.sleep(0.01)
        running[kind] -= 1

    def steps(inputs: Inputs, loaded: object) -> Iterator[Result]:
        """Compute in steps."""
        for i in range(5):
            busy("step")
            yield Result(str(i))

    def once(inputs: Inputs, loaded: object) -> Result:
        """Compute at once."""
        busy("answer")
        return Result("")

    stream, single = Endpoint("steps", steps, "base"), Endpoint("once", once, "base")
    work = [lambda i=i: list(pretending.stream(stream, Inputs(str(i)))) for i in range(3)]
    work += [lambda i=i: pretending(single, Inputs(str(i))) for i in range(5)]
    threads = [threading.Thread(target=one) for one in work]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]
    assert len(most) == 20 and set(most) == {1}
    assert free(pretending)


def test_nothing_waits_for_one_who_reads_slowly(pretending):
    def steps(inputs: Inputs, loaded: object) -> Iterator[Result]:
        """Compute in steps."""
        yield Result("first")
        yield Result("second")

    once = Endpoint("once", lambda inputs, loaded: Result("quick"), "base")
    endpoint = Endpoint("steps", steps, "base")
    slow = pretending.stream(endpoint, Inputs("a"))
    assert next(slow).text == "first"
    done = []
    others = (lambda: pretending(once, Inputs("b")), lambda: list(pretending.stream(endpoint, Inputs("c"))))
    for work in others:
        other = threading.Thread(target=lambda work=work: done.append(work()))
        other.start()  # while nobody asks for the second step
        other.join(5)
    assert len(done) == 2
    assert next(slow).text == "second" and next(slow, None) is None
    assert free(pretending)


def test_a_stream_whose_reader_went_away_holds_nothing(pretending):
    ended = []

    def steps(inputs: Inputs, loaded: object) -> Iterator[Result]:
        """Compute in steps."""
        try:
            while True:
                yield Result("again")
        finally:
            ended.append(True)

    stream = pretending.stream(Endpoint("steps", steps, "base"), Inputs("a"))
    next(stream)
    assert not free(pretending)
    del stream
    gc.collect()
    assert ended == [True] and free(pretending)


def closed_while_it_waits(stream, waits) -> list[object]:
    """What a reader gets from a stream that another thread closes once `waits()`."""
    got: list[object] = []
    reader = threading.Thread(target=lambda: got.extend(stream))
    reader.start()
    wait_until(waits)
    stream.close()
    reader.join(5)
    assert not reader.is_alive(), "it did not end"
    return got


def never(inputs: Inputs, loaded: object) -> Iterator[Result]:
    """Compute nothing."""
    raise AssertionError("it was stopped before")
    yield


def test_it_can_be_stopped_while_it_waits_for_its_turn(pretending):
    stream = pretending.stream(Endpoint("never", never, "base"), Inputs("a"))
    with pretending._turns.take():
        assert closed_while_it_waits(stream, lambda: pretending._turns._queue) == []
    assert free(pretending)


def test_it_can_be_stopped_while_files_are_fetched():
    go_on, fetching = threading.Event(), threading.Event()

    def fetch(spec):
        fetching.set()
        go_on.wait(10)

    runner = Runner(ModelCache(2**40, load=loaded_from, size=lambda spec: 1, fetch=fetch))
    stream = runner.stream(Endpoint("never", never, "base"), Inputs("a"))
    assert closed_while_it_waits(stream, fetching.is_set) == []
    go_on.set()
    assert free(runner)


def test_it_can_be_stopped_while_its_model_is_loaded_which_goes_on_for_the_next():
    go_on, loading, loads = threading.Event(), threading.Event(), []

    def load(spec, base=None):
        loads.append(spec)
        loading.set()
        go_on.wait(10)
        return loaded_from(spec)

    runner = Runner(ModelCache(2**40, load=load, size=lambda spec: 1))
    stream = runner.stream(Endpoint("never", never, "base"), Inputs("a"))
    assert closed_while_it_waits(stream, loading.is_set) == []
    go_on.set()
    wait_until(lambda: runner.cache.holds(loads[0]))
    wait_until(lambda: free(runner))

    def says(inputs: Inputs, loaded: object) -> Iterator[Result]:
        yield Result(inputs.text)

    stream = runner.stream(Endpoint("says", says, "base"), Inputs("a"))
    assert [result.text for result in stream] == ["a"] and len(loads) == 1


def test_what_goes_wrong_in_loading_is_said_once():
    loads = []

    def load(spec, base=None):
        loads.append(spec)
        raise ModelTooLarge("It is too large.")

    runner = Runner(ModelCache(2**40, load=load, size=lambda spec: 1))
    with pytest.raises(ModelTooLarge):
        list(runner.stream(Endpoint("never", never, "base"), Inputs("a")))
    assert len(loads) == 1 and free(runner)


@pytest.mark.parametrize("where", ["turn", "files"])
def test_the_button_stops_what_waits(where):
    """A page's generator is told as if it had been stopped between two results."""
    go_on, said = threading.Event(), []
    fetch = (lambda spec: go_on.wait(10)) if where == "files" else (lambda spec: None)
    runner = Runner(ModelCache(2**40, load=loaded_from, size=lambda spec: 1, fetch=fetch))

    def page():
        try:
            yield from runner.stream(Endpoint("never", never, "base"), Inputs("a"))
        except Stopped:
            said.append("stopped")
            raise

    def work():
        with pytest.raises(Stopped), working_on(f"ticket {where}"):
            next(page())

    reader = threading.Thread(target=work)
    with runner._turns.take():
        reader.start()
        waits = runner._turns._queue if where == "turn" else runner.cache._fetches._under_way
        wait_until(lambda: waits)
        STOPPED.add(f"ticket {where}")
        reader.join(5)
    go_on.set()
    assert said == ["stopped"] and free(runner)


def test_it_can_be_stopped_before_it_begins(pretending):
    stream = pretending.stream(Endpoint("never", never, "base"), Inputs("a"))
    stream.close()
    assert list(stream) == [] and free(pretending)


def test_a_step_that_is_being_computed_is_the_last_and_is_handed_over(pretending):
    computing, go_on = threading.Event(), threading.Event()

    def steps(inputs: Inputs, loaded: object) -> Iterator[Result]:
        """Compute in steps."""
        while True:
            computing.set()
            go_on.wait(10)
            yield Result("computed")

    stream, got = pretending.stream(Endpoint("steps", steps, "base"), Inputs("a")), []
    reader = threading.Thread(target=lambda: got.extend(stream))
    reader.start()
    computing.wait(10)
    stream.close()
    go_on.set()
    reader.join(5)
    assert [result.text for result in got] == ["computed"] and free(pretending)


def test_writing_can_be_stopped_at_any_token(runner, smollm2):
    asked = GenerateInputs("Once upon a time", mode="plain", max_new_tokens=50)
    passes = []
    hook = smollm2.model.register_forward_hook(lambda *_: passes.append(1))
    try:
        stream = runner.stream(GENERATE, asked)
        next(stream), next(stream)
        stream.close()
        wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name == "writer"])
        assert len(passes) < 50 and list(stream) == []
        so_far = len(passes)
        before_the_first = runner.stream(GENERATE, asked)
        with runner._turns.take():
            assert closed_while_it_waits(before_the_first, lambda: runner._turns._queue) == []
        assert len(passes) == so_far
    finally:
        hook.remove()


def test_two_sampled_texts_that_grow_together_are_what_each_is_alone(runner):
    asked = [
        GenerateInputs("Once upon a time", mode="plain", max_new_tokens=6, temperature=1.5, seed=seed)
        for seed in (1, 2)
    ]
    alone = [list(runner.stream(GENERATE, inputs))[-1].text for inputs in asked]
    streams = [runner.stream(GENERATE, inputs) for inputs in asked]
    begun = [next(stream).text for stream in streams]
    assert [list(stream)[-1].text for stream in streams] == alone
    assert all(text.startswith(start) for text, start in zip(alone, begun, strict=True))
    assert alone[0] != alone[1]


def test_what_is_wrong_before_the_first_step_is_a_sentence_too(pretending, caplog):
    def check(inputs):
        if inputs.text == "bad":
            raise BadInput("That is bad.", "Try another.")
        raise TypeError

    endpoint = Endpoint("checked", never, "base", check=check)
    with pytest.raises(BadInput, match="That is bad"):
        next(pretending.stream(endpoint, Inputs("bad")))
    for ask in (
        lambda: next(pretending.stream(endpoint, Inputs("x"))),
        lambda: pretending(endpoint, Inputs("x")),
    ):
        with pytest.raises(StageError, match="Something went wrong in checked .TypeError"):
            ask()
    unloadable = Runner(ModelCache(2**40, load=lambda spec, base: 1 / 0, size=lambda spec: 1))
    with pytest.raises(StageError, match="ZeroDivisionError"):
        next(unloadable.stream(Endpoint("never", never, "base"), Inputs("x")))
    assert free(pretending) and free(unloadable)


@pytest.fixture
def slow_network():
    """A runner whose models' files are fetched when a test says so; the texts that it says meanwhile."""
    go_on, said, fetched = threading.Event(), [], []

    def fetch(spec):
        if spec.checkpoint == "minilm":
            fetched.append(spec)
            go_on.wait(20)

    cache = ModelCache(2**40, load=loaded_from, size=lambda spec: 1, fetch=fetch)
    runner = Runner(cache, say=said.append)
    yield runner, go_on, said, fetched
    go_on.set()


ONCE = Endpoint("once", lambda inputs, loaded: Result(inputs.text), "base")


def test_a_download_holds_up_nobody_else(slow_network):
    runner, go_on, _, fetched = slow_network
    answers = []
    waits = [
        threading.Thread(target=lambda: answers.append(runner(ONCE, Inputs("slow", "minilm")).text)),
        threading.Thread(target=lambda: answers.append(runner(ONCE, Inputs("slow too", "minilm")).text)),
    ]
    [thread.start() for thread in waits]
    wait_until(lambda: fetched)
    assert free(runner), "it holds a turn, a place or a model while it waits"
    assert runner(ONCE, Inputs("quick", "bert")).text == "quick"
    assert answers == [] and len(fetched) == 1
    go_on.set()
    [thread.join(10) for thread in waits]
    assert sorted(answers) == ["slow", "slow too"]


def test_who_waits_for_files_is_told_and_a_crowd_is_sent_away(slow_network, monkeypatch):
    runner, go_on, said, fetched = slow_network
    monkeypatch.setattr("demos.runner.QUICK", 0.01)
    monkeypatch.setattr("demos.runner.TELL_EVERY", 0.02)
    here = iter(range(0, 10**12, 45_000_000))
    monkeypatch.setattr("demos.models.fetching.bytes_here", lambda checkpoint: next(here))
    waits = [threading.Thread(target=runner, args=(ONCE, Inputs(str(i)))) for i in range(PATIENT)]
    [thread.start() for thread in waits]
    wait_until(lambda: runner._patient._value == 0 and len(said) > 4)
    assert said[0].startswith("MiniLM sentence encoder is being fetched: 45.0 MB of about")
    with pytest.raises(Busy, match="is being fetched.*ask again"):
        runner(ONCE, Inputs("one too many"))
    go_on.set()
    [thread.join(10) for thread in waits]
    assert len(fetched) == 2  # who loads it looks once more, which then takes no time


def test_what_is_too_large_is_not_fetched_and_what_failed_is_tried_again():
    failures, tries = iter([OSError("disk full"), None]), []

    def fetch(spec):
        tries.append(spec)
        if error := next(failures, None):
            raise error

    small = Runner(ModelCache(10, load=loaded_from, size=lambda spec: 11, fetch=fetch))
    with pytest.raises(ModelTooLarge):
        small(ONCE, Inputs("x"))
    assert tries == []
    runner = Runner(ModelCache(10, load=loaded_from, size=lambda spec: 1, fetch=fetch))
    with pytest.raises(StageError, match="OSError"):
        runner(ONCE, Inputs("x"))
    assert runner(ONCE, replace(Inputs("x"), text="y")).text == "y"
