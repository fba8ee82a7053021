"""Texts on a lent GPU: the same tokens, others compute meanwhile, and nobody stays without a text."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from demos.budget import Bounds, Budget
from demos.contract import Endpoint
from demos.errors import OverBudget, StageError
from demos.models import zero_gpu
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp import gpu_writing, token_stream
from demos.nlp.decoding import Decoding, NewToken
from demos.nlp.token_stream import generated
from demos.runner import Runner
from demos.stream import Waiting
from demos.tasks.generate.compute import GENERATE, GenerateInputs, whole

GREEDY = Decoding(6, 0.0, 1.0, 0)


@pytest.fixture
def lm():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        yield loaded


@pytest.fixture
def lent(monkeypatch):
    """As on ZeroGPU, with this processor in the GPU's place, and the small model worth it."""
    monkeypatch.setattr(zero_gpu, "can_lend", lambda: True)
    monkeypatch.setattr(gpu_writing, "MIN_PARAMETERS", 1)
    monkeypatch.setattr(gpu_writing, "DEVICE", "cpu")
    monkeypatch.setattr(gpu_writing, "_held", {})


def encoded(lm):
    return lm.tokenizer("Once upon a time", return_tensors="pt")


def written(lm) -> list[NewToken]:
    found = []
    with closing(gpu_writing.tokens(lm, encoded(lm), GREEDY)) as coming:
        for came in coming:
            if isinstance(came, NewToken):
                found.append(came)
            else:
                came.there.wait(60)  # to ask without a pause would take the interpreter from who writes
    return found


def test_the_lent_gpu_writes_the_same_tokens(lm, lent):
    here = list(generated(lm, encoded(lm), GREEDY))
    there = written(lm)
    assert [token.id for token in there] == [token.id for token in here] and len(here) == 6
    assert max(abs(a.probability - b.probability) for a, b in zip(here, there, strict=True)) < 1e-5
    assert len(gpu_writing._held) == 1
    model = next(iter(gpu_writing._held.values()))
    written(lm)
    assert next(iter(gpu_writing._held.values())) is model, "it is read once"


def test_small_models_and_columns_cost_no_quota(lm, lent, monkeypatch):
    def never(*asked):
        raise AssertionError("the GPU was asked for")

    monkeypatch.setattr(gpu_writing, "write_on_gpu", never)
    assert whole(GenerateInputs("Hello", mode="plain", max_new_tokens=2), lm).new_tokens == 2
    monkeypatch.setattr(gpu_writing, "MIN_PARAMETERS", 300_000_000)
    assert not gpu_writing.is_worth_it(lm) and len(written(lm)) == 6


@pytest.mark.parametrize("fails_after", [0, 2])
def test_whoever_gets_no_gpu_gets_the_text_from_the_processor(lm, lent, monkeypatch, caplog, fails_after):
    def refused(*asked) -> Iterator[NewToken]:
        yield from list(generated(lm, encoded(lm), GREEDY))[:fails_after]
        raise RuntimeError("no quota left")

    monkeypatch.setattr(gpu_writing, "write_on_gpu", refused)
    if fails_after:
        with pytest.raises(StageError, match="taken back while it wrote"):
            written(lm)
    else:
        assert [token.id for token in written(lm)] == [t.id for t in generated(lm, encoded(lm), GREEDY)]
        assert "no quota left" in caplog.text


def test_others_take_their_turns_while_the_gpu_is_waited_for():
    """A stream that waits elsewhere holds no turn: another one begins and ends meanwhile."""

    @dataclass(frozen=True)
    class Inputs:
        text: str

    there = threading.Event()

    def waits(inputs: Inputs, loaded: None) -> Iterator[Inputs]:
        while not there.is_set():
            yield Waiting(there)  # type: ignore[misc]
        yield inputs

    def writes(inputs: Inputs, loaded: None) -> Iterator[Inputs]:
        yield inputs

    runner = Runner(shared_cache())
    got: list[Inputs] = []
    slow = runner.stream(Endpoint("waits", waits, None), Inputs("slow"))
    reader = threading.Thread(target=lambda: got.extend(slow))
    reader.start()
    assert list(runner.stream(Endpoint("writes", writes, None), Inputs("quick"))) == [Inputs("quick")]
    assert got == []
    there.set()
    reader.join(60)
    assert got == [Inputs("slow")], "no reader sees the waiting"


def test_a_page_shows_the_lent_text_and_can_stop_it(lent):
    runner = Runner(shared_cache())
    inputs = GenerateInputs("Once upon a time", mode="plain", max_new_tokens=4)
    with closing(runner.stream(GENERATE, inputs)) as stream:
        texts = [result.new_tokens for result in stream]
    # Tokens that come faster than they are shown make one result.
    assert texts == sorted(texts) and texts[-1] == 4
    with closing(runner.stream(GENERATE, inputs)) as stream:
        next(stream)
    assert not runner._turns._taken


def asked(lm, most: int = 6, **bounds: int) -> Any:
    """What is passed to the process with the GPU."""
    ids, decoding = encoded(lm)["input_ids"][0].tolist(), Decoding(most, 0.0, 1.0, 0)
    return lm.folder, lm.spec.dtype, ids, lm.tokenizer.eos_token_id, decoding, Bounds(**bounds)


def test_the_bounds_of_a_computation_hold_on_the_gpu_and_their_sentence_comes_back(lm, lent, monkeypatch):
    there = gpu_writing.write_on_gpu

    def pickled(*given) -> Iterator[object]:  # as on ZeroGPU
        for came in there(*pickle.loads(pickle.dumps(given))):
            yield pickle.loads(pickle.dumps(came))

    monkeypatch.setattr(gpu_writing, "write_on_gpu", pickled)
    prompt = encoded(lm)["input_ids"].shape[1]
    budget, got = Budget(Bounds(tokens=prompt + 2)), []
    with closing(gpu_writing.tokens(lm, encoded(lm), GREEDY)) as coming:
        with pytest.raises(OverBudget, match=f"more than {prompt + 2} tokens") as refused:
            while True:
                with budget.computing():
                    came = next(coming)
                if isinstance(came, NewToken):
                    got.append(came)
                else:
                    came.there.wait(60)
    assert len(got) == 3, "the prompt's pass gives one"
    assert "your own machine" in refused.value.remedy


def test_the_gpu_is_asked_for_no_longer_than_the_bound(lm):
    whole = gpu_writing.seconds(*asked(lm, most=400))
    assert whole == gpu_writing.LOADING + 20
    assert gpu_writing.seconds(*asked(lm, most=400, seconds=5)) == gpu_writing.LOADING + 5
    assert gpu_writing.seconds(*asked(lm, most=400, seconds=600)) == whole
    with Budget(Bounds(seconds=5)).computing():
        assert gpu_writing.remaining() == Bounds(5, 0)
    assert gpu_writing.remaining() == Bounds(0, 0)


def test_for_whoever_left_no_weights_are_read_and_no_further_token_is_written(lm, lent, tmp_path):
    waits = tmp_path / "waits"
    assert list(gpu_writing.write_on_gpu(*asked(lm), waits=str(waits))) == [] and not gpu_writing._held
    waits.touch()
    written = gpu_writing.write_on_gpu(*asked(lm), waits=str(waits))
    assert isinstance(next(written), NewToken) and isinstance(next(written), NewToken)
    waits.unlink()
    assert list(written) == []


def test_leaving_tells_the_process_with_the_gpu(lm, lent, monkeypatch):
    named, ended = [], threading.Event()

    def write(*given) -> Iterator[NewToken]:
        named.append(given[-1])
        yield NewToken(1, 1.0)
        while os.path.exists(given[-1]):
            ended.wait(0.01)
        ended.set()

    monkeypatch.setattr(gpu_writing, "write_on_gpu", write)
    coming = gpu_writing.tokens(lm, encoded(lm), GREEDY)
    while isinstance(came := next(coming), Waiting):
        came.there.wait(60)
    assert os.path.exists(named[0])
    coming.close()
    assert ended.wait(60) and not os.path.exists(named[0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # that it works is what is tested
def test_a_forked_process_has_random_numbers_of_its_own():
    """On ZeroGPU the text is written in a fork; a lock that another thread held is not held there."""
    with token_stream._random_numbers:
        if (child := os.fork()) == 0:
            os._exit(0 if token_stream._random_numbers.acquire(timeout=5) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
