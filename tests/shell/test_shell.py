"""The runner, the memo, the API functions and the command line."""

from __future__ import annotations

import inspect
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import torch

from demos.contract import Endpoint
from demos.errors import BadInput, Busy, ModelUnavailable, StageError
from demos.memo import Memo, nbytes
from demos.model_choice import spec_of, suitable
from demos.models.cache import ModelCache
from demos.models.catalog import catalog
from demos.models.specs import Loaded, Origin, Spec
from demos.runner import PLACES, Runner
from demos.shell.api import api_function, description
from demos.shell.gallery import build
from demos.shell.load_demos import Broken, load_programme
from demos.texts import check_text
from demos.ui.page import model_choice, visible_errors

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Inputs:
    """What goes in."""

    text: str
    numbers: tuple[int, ...] = ()
    model: str = "minilm"


@dataclass(frozen=True)
class Result:
    """What comes out."""

    text: str


calls: list[str] = []


def shout(inputs: Inputs, loaded: object) -> Result:
    """Shout a text."""
    calls.append(inputs.text)
    if inputs.text == "bad":
        raise BadInput("That is bad.", "Type <b>good</b>.")
    if inputs.text == "bug":
        raise ZeroDivisionError
    return Result(inputs.text.upper() + str(list(inputs.numbers)))


def spell(inputs: Inputs, loaded: object) -> Iterator[Result]:
    """Spell a text."""
    for end in range(1, len(inputs.text) + 1):
        if inputs.text[end - 1] == "!":
            raise BadInput("No shouting.")
        yield Result(inputs.text[:end])


SHOUT = Endpoint("shout", shout, None)
SPELL = Endpoint("spell", spell, None)


def test_a_result_is_computed_once(runner):
    calls.clear()
    assert runner(SHOUT, Inputs("once")) is runner(SHOUT, Inputs("once"))
    assert calls == ["once"]
    runner(SHOUT, Inputs("once", (1,)))
    assert calls == ["once", "once"]


def test_an_unforeseen_failure_becomes_a_sentence_with_a_remedy(runner, caplog):
    with pytest.raises(StageError, match="Nothing you typed is lost") as failed:
        runner(SHOUT, Inputs("bug"))
    assert "ZeroDivisionError" in str(failed.value)
    assert "Traceback" in caplog.text
    calls.clear()
    with pytest.raises(StageError):
        runner(SHOUT, Inputs("bug"))
    assert calls == ["bug"], "a failure must not be remembered"


def test_pages_show_errors_escaped_and_the_api_as_they_are(runner):
    with pytest.raises(gr.Error) as failed:
        visible_errors(lambda: runner(SHOUT, Inputs("bad")))()
    assert failed.value.message == "That is bad. Type &lt;b&gt;good&lt;/b&gt;."
    with pytest.raises(gr.Error, match="Type <b>good</b>"):
        visible_errors(api_function(SHOUT, runner), quote=str)("bad")

    def spelled():
        yield from runner.stream(SPELL, Inputs("a!"))

    with pytest.raises(gr.Error, match="No shouting"):
        list(visible_errors(spelled)())


def test_a_stream_grows_and_ends(runner):
    assert [result.text for result in runner.stream(SPELL, Inputs("abc"))] == ["a", "ab", "abc"]


def test_an_endpoint_gets_the_head_of_the_architecture():
    heads = {"encoder": "base", "encoder-decoder": "seq2seq-lm"}
    assert spec_of(Endpoint("x", shout, heads), "minilm").head == "base"
    with pytest.raises(BadInput, match="it has not the head that it takes. Choose one of: minilm"):
        spec_of(Endpoint("x", shout, heads), "smollm2")
    with pytest.raises(
        ModelUnavailable, match="no model called 'no-such-model'. Choose one of: minilm,"
    ) as no:
        spec_of(Endpoint("x", shout, heads), "no-such-model")
    assert "smollm2" not in no.value.remedy and len(str(no.value)) < 1000


def test_an_endpoint_with_a_task_takes_only_checkpoints_trained_for_it(runner):
    heads = {"encoder": "sequence-classification"}
    any_task, sentiment = (Endpoint("x", shout, heads, task=task) for task in (None, "sentiment"))
    entailment = Endpoint("entails", shout, heads, task="entailment")
    assert "minilm-sentiment" in {entry.name for entry in suitable(any_task)}
    assert all("sentiment" in entry.tasks for entry in suitable(sentiment))
    assert [value for _, value in model_choice(sentiment, "minilm-sentiment").choices] == [
        entry.name for entry in suitable(sentiment)
    ]
    assert spec_of(sentiment, "minilm-sentiment").head == "sequence-classification"
    assert "minilm-sentiment" not in {entry.name for entry in suitable(entailment)}
    with pytest.raises(BadInput, match="MiniLM for sentiment cannot be used here.*trained for entailment"):
        runner(entailment, Inputs("x", model="minilm-sentiment"))
    with pytest.raises(BadInput, match="Choose one of: .*minilm-sentiment"):
        runner(sentiment, Inputs("x", model="minilm"))


def test_an_endpoint_may_take_heads_in_turn_each_with_its_own_task():
    heads = {"encoder": ("sequence-classification", "base"), "decoder": "causal-lm"}
    tasks = {"sequence-classification": "entailment", "base": "similarity"}
    mixed = Endpoint("x", shout, heads, task=tasks)
    assert [spec_of(mixed, name).head for name in ("minilm", "smollm2")] == ["base", "causal-lm"]
    assert mixed.head_on(catalog()["bert"]) is None
    with pytest.raises(
        BadInput, match="trained for entailment or similarity. Choose one of: minilm, smollm2"
    ):
        spec_of(mixed, "minilm-sentiment")


def test_a_helper_is_leased_beside_the_model_that_needs_one(runner):
    def both(inputs: Inputs, loaded: Loaded) -> Result:
        leased = {entry.spec for entry in runner.cache.stats().entries if entry.leases}
        assert loaded.helper is None or {loaded.spec, loaded.helper.spec} <= leased
        return Result(loaded.helper.origin.checkpoint if loaded.helper else "none")

    heads = {"encoder": ("sequence-classification", "base")}
    helped = Endpoint("helped", both, heads, helpers={"sequence-classification": Spec("minilm")})
    assert runner(helped, Inputs("x", model="minilm-sentiment")).text == "minilm"
    assert runner(helped, Inputs("x", model="minilm")).text == "none"


def test_several_models_are_leased_side_by_side_in_the_order_that_was_asked(runner):
    def names(inputs: Inputs, loaded: list) -> Result:
        return Result(" ".join(one.spec.checkpoint for one in loaded))

    wanted = [Spec("minilm-sst", "sequence-classification"), Spec("minilm")]
    asked = Endpoint("several", names, head=None, several=lambda inputs: wanted)
    assert asked.needs_models and runner(asked, Inputs("x")).text == "minilm-sst minilm"


def test_memo_computes_once_for_many_threads():
    memo, computed = Memo(1000), []

    def slow():
        computed.append(1)
        time.sleep(0.1)
        return "value"

    threads = [threading.Thread(target=memo.get, args=("key", slow)) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(computed) == 1


def test_memo_wakes_every_waiter_of_a_failure_and_forgets_it():
    memo, failures = Memo(1000), []

    def fail():
        time.sleep(0.1)
        raise ValueError("no")

    def ask():
        try:
            memo.get("key", fail)
        except ValueError as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join(5) for thread in threads]
    assert len(failures) == 4
    assert memo.get("key", lambda: 7) == 7


def test_memo_stays_within_its_bytes_and_drops_the_least_recently_used():
    memo = Memo(25_000)

    def ten_thousand():
        return np.zeros(10_000, np.uint8)

    for name in "abc":
        memo.get(name, ten_thousand)
        memo.get("a", ten_thousand)
    assert 20_000 < memo.resident < 20_300
    misses = memo.misses
    memo.get("a", lambda: pytest.fail("a was used last and must be kept"))
    memo.get("b", ten_thousand)
    assert memo.misses == misses + 1
    big = memo.get("big", lambda: np.zeros(100_000, np.uint8))
    assert big.nbytes == 100_000 and memo.resident <= 25_000


def test_nbytes_counts_what_is_held():
    assert nbytes(np.zeros((3, 4), np.float32)) == 48
    assert nbytes({"a": np.zeros(8, np.uint8), "b": "xyz"}) == 64 + 8 + sys.getsizeof("xyz")
    assert nbytes("−" * 10**6) > 2 * 10**6
    shared = torch.zeros(100)
    assert nbytes((shared, shared[:10], shared[None])) == 64 + 400


def test_memo_counts_its_keys():
    memo = Memo(10_000)
    for number in range(5):
        memo.get(f"{number}" * 4000, lambda: 1)
    assert memo.resident <= 10_000


def test_too_many_at_once_are_refused_and_remembered_answers_are_not(runner):
    crowded = Runner(runner.cache)
    assert crowded(SHOUT, Inputs("remembered"))
    go_on = threading.Event()
    wait = Endpoint("wait", lambda inputs, loaded: go_on.wait(10), None)
    threads = [threading.Thread(target=crowded, args=(wait, Inputs(str(i)))) for i in range(PLACES)]
    [thread.start() for thread in threads]
    while crowded.places.free:
        time.sleep(0.01)
    with pytest.raises(Busy, match="Try again"):
        crowded(SHOUT, Inputs("one too many"))
    assert crowded(SHOUT, Inputs("remembered"))
    go_on.set()
    [thread.join() for thread in threads]
    assert crowded(SHOUT, Inputs("one too many"))


def test_what_is_wrong_without_a_model_is_said_before_one_is_loaded(runner):
    said = []
    endpoint = Endpoint("checked", shout, "base", check=lambda inputs: check_text(inputs.text))
    empty = Runner(ModelCache(2**40, load=lambda spec, base: pytest.fail("loaded")), say=said.append)
    with pytest.raises(BadInput, match="empty"):
        empty(endpoint, Inputs(" "))
    assert said == []


def test_a_model_that_has_to_be_loaded_is_announced_once(runner):
    said = []
    announcing = Runner(runner.cache, say=said.append)
    tell = Endpoint("tell", lambda inputs, loaded: loaded.origin.title, "base")
    with runner.cache.lease(Spec("minilm")):
        announcing(tell, Inputs("a"))
    assert said == []
    empty = Runner(
        ModelCache(2**40, load=lambda spec, base: pretend(spec), size=lambda spec: 1), say=said.append
    )
    assert [empty(tell, Inputs(text)) for text in "ab"] == ["Pretend", "Pretend"]
    assert said == ["Loading MiniLM sentence encoder. The first time takes a moment."]


def pretend(spec):
    return Loaded(spec, None, None, Origin("minilm", "Pretend", None, None, "bundled", "MIT", ""), 1)


def test_one_computation_at_a_time(runner):
    running, most = [], []

    def slow(inputs, loaded):
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()

    endpoint = Endpoint("slow", slow, None)
    threads = [threading.Thread(target=runner, args=(endpoint, Inputs(text))) for text in "abcd"]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert most == [1, 1, 1, 1]


def test_api_functions_have_the_fields_of_the_inputs(runner):
    function = api_function(SHOUT, runner)
    parameters = inspect.signature(function).parameters
    assert list(parameters) == ["text", "numbers", "model"]
    assert parameters["numbers"].default == []
    assert function("hi", [1, 2]) == {"text": "HI[1, 2]"}
    assert function(text="hi") == {"text": "HI[]"}
    assert [answer["text"] for answer in api_function(SPELL, runner)("ab")] == ["a", "ab"]
    assert [answer["text"] for answer in api_function(SPELL, runner, lambda: True)("ab")] == ["ab"]
    with pytest.raises(BadInput, match="'text' must be a text"):
        function(3)
    for part in ("Shout a text.", "What goes in.", "What comes out."):
        assert part in description(SHOUT)


def test_a_demo_that_cannot_be_imported_stops_no_other(tmp_path, monkeypatch):
    (tmp_path / "broken_demo.py").write_text("raise RuntimeError('<b>no</b>')")
    monkeypatch.syspath_prepend(tmp_path)
    demos = load_programme(("demos.tasks.similarity", "demos.pipelines.no_such_demo"))
    assert demos[0].INFO.slug == "similarity"
    assert isinstance(demos[1], Broken) and demos[1].tab == "Pipelines"


def test_only_public_endpoints_are_in_the_api(runner):
    names = {
        dependency.api_name
        for dependency in build(runner).fns.values()
        if dependency.api_visibility == "public"
    }
    assert names == {
        "attention",
        "attention_heads",
        "attention_neuron",
        "attention_findings",
        "attention_flow",
        "attention_export",
        "bertviz",
        "trial_predict",
        "trial_permute",
        "trial_uniform",
        "trial_adversary",
        "trial_consistent",
        "trial_rankings",
        "trial_erasure",
        "trial_dataset",
        "render_prompt",
        "score_labels",
        "complete",
        "export_prompt",
        "k_curve",
        "order_sensitivity",
        "label_noise",
        "label_words",
        "caption_world",
        "family_tree",
        "who_sees_what",
        "prompt_matrix",
        "sentiment",
        "entities",
        "fill_mask",
        "zero_shot",
        "answer",
        "summarize",
        "generate",
        "similarity",
        "shared_encoder",
        "translate",
        "watch_it_learn",
        "train_one",
        "bpe_merges",
        "tokenize",
        "position_maps",
        "shuffle_words",
        "shapes",
        "teacher_forcing",
        "change_history",
        "bucketing",
        "measure_buckets",
        "measure_loops",
        "forgetting",
        "fine_tune",
        "bias",
        "next_sentence",
        "dialects",
        "dialects_file",
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "203.0.113.7"), "Choose another --host"),
        (("--port", "99999"), "choose one from 1 to 65535"),
    ],
)
def test_an_impossible_address_is_a_sentence(options, said):
    command = [sys.executable, "app.py", *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode != 0
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_taken_port_is_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = subprocess.run(
            [sys.executable, "app.py", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ran.returncode != 0
    assert f"Port {port} on 127.0.0.1 is taken" in ran.stderr
    assert "Traceback" not in ran.stderr
