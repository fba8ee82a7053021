"""Texts by a writing engine: a stand-in for its pipeline shows what goes where; where the package is
installed, the pipeline itself writes."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from demos.errors import StageError
from demos.models.cache import shared_cache
from demos.models.catalog import checkpoint
from demos.models.eight_bits import eight_bit_file
from demos.models.specs import Spec
from demos.nlp import writing_engine
from demos.nlp.decoding import Decoding, NewToken
from demos.nlp.openvino_engine import OpenVinoEngine, start
from demos.nlp.openvino_process import Pipeline, serve
from demos.nlp.token_stream import generated, stream_tokens
from demos.nlp.writing import written
from demos.runner import Runner
from demos.stream import Waiting
from demos.tasks.generate.compute import GENERATE, GenerateInputs, generate, whole

PLAIN = GenerateInputs("Once upon a time", mode="plain", max_new_tokens=4)
GREEDY = Decoding(4, 0.0, 1.0, 0)
BADGE = "4-bit weights, kept in 8 bits, computed by a stand-in."


@pytest.fixture(scope="module")
def lm():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        yield loaded


class Handle:
    """A text of the stand-in, with the attributes of `openvino_genai.GenerationHandle`."""

    def __init__(self, tokens) -> None:
        self.tokens, self.written, self.cancelled = tokens, [], False
        self.status = "RUNNING"

    def step(self) -> None:
        try:
            self.written.append(next(self.tokens))
        except StopIteration:
            self.status = "FINISHED"

    def can_read(self) -> bool:
        return bool(self.written)

    def read(self):
        written, self.written = self.written, []
        logprobs = torch.tensor([token.probability for token in written]).log().tolist()
        return {0: SimpleNamespace(generated_ids=[t.id for t in written], generated_log_probs=logprobs)}

    def get_status(self):
        return SimpleNamespace(name=self.status)

    def cancel(self) -> None:
        self.tokens.close()
        self.cancelled, self.status = True, "CANCEL"


class StandIn(Pipeline):
    """Writes with transformers. `asked` are the prompts; `broken` makes the next step fail."""

    def __init__(self, lm) -> None:
        self.title, self.lm = "a stand-in", lm
        self.handles: list[Handle] = []
        self.asked: list[list[int]] = []
        self.steps, self.broken = 0, False
        self.go = threading.Event()
        self.go.set()

    def begin(self, number, prompt, ends, most):
        self.asked.append(prompt)
        assert 2 in ends
        if most == 5:
            raise RuntimeError("not this one")
        encoded = torch.tensor([prompt])
        batch = {"input_ids": encoded, "attention_mask": torch.ones_like(encoded)}
        self.handles.append(Handle(generated(self.lm, batch, replace(GREEDY, max_new_tokens=most))))
        return self.handles[-1]

    def step(self) -> None:
        self.go.wait(60)
        if self.broken:
            raise RuntimeError("out of memory")
        self.steps += 1
        for handle in self.handles:
            if handle.status == "RUNNING":
                handle.step()

    def is_busy(self) -> bool:
        return any(handle.status == "RUNNING" for handle in self.handles)


def opened(pipeline) -> OpenVinoEngine:
    """An engine whose other side is a thread instead of a process."""
    here, there = Pipe()
    threading.Thread(target=serving, args=(there, pipeline), daemon=True).start()
    return OpenVinoEngine(here)


def serving(connection, pipeline) -> None:
    try:
        serve(connection, Path(), lambda file: pipeline)
    except RuntimeError as error:
        assert str(error) == "out of memory"


@pytest.fixture
def stand_in(lm, monkeypatch):
    """A gallery in which the package is installed, with the stand-in as its pipeline."""
    pipeline = StandIn(lm)
    monkeypatch.setenv(writing_engine.SWITCH, "openvino")
    monkeypatch.setattr(writing_engine, "_installed", lambda: True)
    monkeypatch.setattr(writing_engine, "_engines", {})
    monkeypatch.setattr(writing_engine, "open_engine", lambda known: opened(pipeline))
    return pipeline


def by_transformers(inputs, lm, monkeypatch):
    with monkeypatch.context() as there:
        there.setenv(writing_engine.SWITCH, "transformers")
        return whole(inputs, lm)


def encoded(lm, text="Once upon a time"):
    return lm.tokenizer(text, return_tensors="pt")


def ids(written) -> list[int]:
    return [token.id for token in written]


@pytest.mark.parametrize("choice", [{}, {"mode": "chat"}])
def test_a_page_shows_the_same_text_and_says_what_computed_it(lm, stand_in, monkeypatch, choice):
    inputs = replace(PLAIN, **choice)
    results = [result for result in generate(inputs, lm) if not isinstance(result, Waiting)]
    plain = by_transformers(inputs, lm, monkeypatch)
    last = results[-1]
    assert (last.text, last.prompt, last.finished) == (plain.text, plain.prompt, plain.finished)
    grown = [result.new_tokens for result in results]
    assert grown == sorted(grown) and grown[-1] == 4  # what came at once is shown at once
    assert last.probability == pytest.approx(plain.probability, abs=1e-5)
    assert [piece.text for piece in last.pieces] == [piece.text for piece in plain.pieces]
    assert last.origin.note.endswith(BADGE) and "Unpacked" not in last.origin.note
    assert BADGE not in plain.origin.note and plain.origin == lm.origin
    assert len(stand_in.asked) == 1, "transformers wrote the other"


def test_the_runner_waits_for_the_engine_and_a_column_does(lm, stand_in):
    with closing(Runner(shared_cache()).stream(GENERATE, PLAIN)) as stream:
        assert [result.new_tokens for result in stream] == [1, 2, 3, 4, 4]
    assert whole(PLAIN, lm).origin.note.endswith(BADGE)
    assert stand_in.asked[0] == stand_in.asked[1]


def test_texts_grow_together_and_each_reader_gets_its_own(lm, stand_in):
    engine = opened(stand_in)
    prompts = ["Once upon a time", "The capital of France is", "One, two, three,"]
    stand_in.go.clear()
    waits = [engine.write(lm, encoded(lm, prompt), GREEDY) for prompt in prompts]
    assert all(isinstance(next(text), Waiting) for text in waits)
    stand_in.go.set()
    written = [[token for token in text if isinstance(token, NewToken)] for text in waits]
    assert [ids(text) for text in written] == [ids(generated(lm, encoded(lm, p), GREEDY)) for p in prompts]
    assert stand_in.steps < sum(len(text) + 1 for text in written)


@pytest.mark.parametrize("breaks", [False, True])
def test_what_comes_at_once_is_shown_at_once_in_the_same_pieces(lm, breaks):
    """Three tokens come together, then two, and perhaps the engine fails: nothing that came is lost."""
    tokens = [NewToken(i, 0.5) for i in lm.tokenizer("a café of 한국, far")["input_ids"][:5]]
    there = threading.Event()

    def bursts(*_):
        yield Waiting(there)
        yield from tokens[:3]
        yield Waiting(there)
        yield from tokens[3:]
        if breaks:
            raise StageError("The engine has failed.", "Ask again.")

    def results(write):
        coming, found = written(lm, "", encoded(lm), GREEDY, write), []
        try:
            found.extend(one for one in coming if not isinstance(one, Waiting))
        except StageError:
            return found, True
        return found, False

    found, failed = results(bursts)
    one_by_one, _ = results(lambda *_: iter_closing(tokens))
    assert [result.new_tokens for result in found] == [3, 5] and failed is breaks
    assert found[0].pieces == one_by_one[2].pieces and found[1].pieces == one_by_one[5 - breaks].pieces
    assert len(found[1].pieces) > 2


def iter_closing(tokens):
    yield from tokens


def test_a_reader_who_leaves_ends_the_text(lm, stand_in):
    engine = opened(stand_in)
    text = engine.write(lm, encoded(lm), replace(GREEDY, max_new_tokens=400))
    while isinstance(next(text), Waiting):
        pass
    text.close()
    writes = writing_engine.here(engine.write)
    assert len(list(writes(lm, encoded(lm), GREEDY))) == 4  # a step later, it has been let go
    assert [handle.cancelled for handle in stand_in.handles] == [True, False]


def test_what_no_engine_reads_is_written_by_transformers(lm, stand_in, monkeypatch):
    def writer(loaded, decoding=GREEDY):
        model, write = writing_engine.chosen(loaded, decoding, stream_tokens)
        return model, "transformers" if write is stream_tokens else "engine"

    assert writer(lm)[1] == "engine"
    from_hub = replace(lm, origin=replace(lm.origin, source="hub"))
    assert writer(lm, replace(GREEDY, temperature=0.5)) == (lm, "transformers")
    assert writer(from_hub) == (from_hub, "transformers")
    other = replace(lm, spec=Spec("minilm"))  # bundled, and no file that the engine reads
    assert writer(other) == (other, "transformers")
    monkeypatch.setenv(writing_engine.SWITCH, "transformers")
    assert writer(lm) == (lm, "transformers")
    monkeypatch.setenv(writing_engine.SWITCH, "auto")
    monkeypatch.setattr(writing_engine, "_installed", lambda: False)
    assert writer(lm) == (lm, "transformers")


def test_nobody_waits_while_it_is_opened(lm, stand_in, monkeypatch):
    go = threading.Event()

    def slow(known):
        go.wait(60)
        return opened(stand_in)

    monkeypatch.setattr(writing_engine, "open_engine", slow)
    monkeypatch.setenv(writing_engine.SWITCH, "auto")
    assert writing_engine.chosen(lm, GREEDY, stream_tokens) == (lm, stream_tokens)
    go.set()
    assert writing_engine._engines["smollm2"].result(60)
    assert whole(PLAIN, lm).origin.note.endswith(BADGE)


def test_an_engine_that_cannot_be_opened_is_tried_once(lm, stand_in, monkeypatch, caplog):
    tried = []

    def fails(known):
        tried.append(known.name)
        raise RuntimeError("no such instruction")

    with pytest.raises(RuntimeError, match="did not open"):
        here, there = Pipe()
        there.close()
        OpenVinoEngine(here)
    monkeypatch.setattr(writing_engine, "open_engine", fails)
    for _ in range(2):
        assert writing_engine.chosen(lm, GREEDY, stream_tokens) == (lm, stream_tokens)
    assert tried == ["smollm2"] and "no such instruction" in caplog.text


def test_an_engine_that_breaks_says_so_and_transformers_goes_on(lm, stand_in):
    stand_in.broken = True
    with pytest.raises(StageError, match="has failed") as failed:
        whole(PLAIN, lm)
    assert failed.value.remedy
    last = whole(PLAIN, lm)
    assert last.new_tokens == 4 and BADGE not in last.origin.note


def test_a_text_that_the_engine_refuses_stops_no_other(lm, stand_in):
    with pytest.raises(StageError, match="has failed"):
        whole(replace(PLAIN, max_new_tokens=5), lm)
    assert whole(PLAIN, lm).origin.note.endswith(BADGE)


@pytest.mark.parametrize(
    ("value", "remedy"), [("fast", "transformers"), ("openvino", "requirements-fast.txt")]
)
def test_a_wrong_switch_is_named(lm, stand_in, monkeypatch, value, remedy):
    monkeypatch.setenv(writing_engine.SWITCH, value)
    monkeypatch.setattr(writing_engine, "_installed", lambda: False)
    with pytest.raises(StageError, match=value) as wrong:
        generate(PLAIN, lm)
    assert remedy in wrong.value.remedy


def test_the_package_itself_writes_and_lets_go(lm):
    """Its text differs from transformers' at near ties, so that only what any greedy text has is asked."""
    pytest.importorskip("openvino_genai")
    engine = start(eight_bit_file(checkpoint("smollm2")))
    writes = writing_engine.here(engine.write)
    france = list(writes(lm, encoded(lm, "The capital of France is"), GREEDY))
    assert "Paris" in lm.tokenizer.decode(ids(france)) and len(france) == 4
    assert all(0 < token.probability <= 1 for token in france)
    left = engine.write(lm, encoded(lm), replace(GREEDY, max_new_tokens=400))
    while isinstance(next(left), Waiting):
        pass
    left.close()
    again = list(writes(lm, encoded(lm, "The capital of France is"), GREEDY))
    assert ids(again) == ids(france) and not engine.failed
