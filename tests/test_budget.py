"""A computation ends between two batches once its budget is used up, or nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch

from demos.budget import (
    OWN_SECONDS,
    PUBLIC_SECONDS,
    Bounds,
    Budget,
    bounds,
    seconds_left,
    spend,
    tokens_left,
)
from demos.contract import Endpoint
from demos.csv_table import read_table
from demos.errors import BadInput, OverBudget
from demos.memo import Memo
from demos.models.cache import ModelCache
from demos.models.metered import meter
from demos.models.specs import Loaded, Origin
from demos.nlp.batches import one_by_one
from demos.nlp.csv_batch import Batch, ColumnInputs, begin, column_endpoint
from demos.nlp.decoding import Decoding
from demos.nlp.effort import Effort, check_effort
from demos.nlp.token_stream import generated
from demos.runner import PLACES, Runner
from demos.stopping import STOPPED, Stopped, working_on
from demos.turns import QUANTUM, Turns
from demos.ui.column_panel import summary
from tests import tiny


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_only_seconds_of_computing_count():
    clock = Clock()
    budget = Budget(Bounds(seconds=10), clock=clock)
    for _ in range(2):
        with budget.computing():
            clock.now += 4
            spend()
        clock.now += 1000  # it waits for its turn
    assert budget.seconds == 8
    with budget.computing():
        assert seconds_left() == 2
        clock.now += 3
        with pytest.raises(OverBudget, match=r"more than 10 seconds here\. .*your own machine"):
            spend()
    with pytest.raises(OverBudget), budget.computing():
        raise AssertionError("no further step is begun")


def test_tokens_are_counted_and_what_would_be_too_many_is_not_read():
    with Budget(Bounds(tokens=10)).computing():
        spend(10)
        assert tokens_left() == 0 and seconds_left() == float("inf")
        with pytest.raises(OverBudget, match="more than 10 tokens"):
            spend(1)
    spend(1000)  # of no computation


@pytest.mark.parametrize("family", ["Bert", "GPT2", "Llama", "T5", "Bart", "TransformerXL"])
def test_every_pass_of_a_model_is_counted_once(family):
    model = tiny.model(family)
    meter(model)
    meter(model)
    ids = torch.ones(3, 5, dtype=torch.long)
    two_stacks = family in tiny.ENCODER_DECODERS
    budget = Budget(Bounds())
    with budget.computing(), torch.inference_mode():
        model(ids, **({"decoder_input_ids": ids[:, :2]} if two_stacks else {}))
    assert budget.tokens == (15 + 6 if two_stacks else 15)


def test_heads_share_what_is_counted_and_what_has_no_weights_is_left_alone():
    import transformers

    base = tiny.model("Bert")
    head = transformers.BertForMaskedLM(base.config).eval()
    head.bert = base
    meter(base)
    meter(head)
    meter(None)
    budget = Budget(Bounds())
    with budget.computing():
        head(inputs_embeds=torch.zeros(2, 4, 32))
    assert budget.tokens == 8


def writer() -> Loaded:
    import transformers

    torch.manual_seed(0)
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**tiny.FAMILIES["Llama"])).eval()
    model.generation_config.eos_token_id = None
    meter(model)
    tokenizer = SimpleNamespace(eos_token_id=None)
    return Loaded(None, model, tokenizer, None, 0)  # type: ignore[arg-type]


def test_writing_in_a_thread_of_its_own_is_counted_too():
    batch = {"input_ids": torch.ones(1, 6, dtype=torch.long), "attention_mask": torch.ones(1, 6)}
    written, budget = generated(writer(), batch, Decoding(50, 0.0, 1.0, 0)), Budget(Bounds(tokens=8))
    got = []
    with pytest.raises(OverBudget):
        while True:
            with budget.computing():
                got.append(next(written))
    assert len(got) == 3  # the prompt's pass gives one, and each further token is read before the next


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


def runner(**most: int) -> Runner:
    return Runner(ModelCache(2**40, load=loaded_from, size=lambda spec: 1), bounds=Bounds(**most))


def free(run: Runner) -> bool:
    return run.places.free == PLACES and not run._turns._taken


def endless(inputs: Inputs, loaded: object) -> Result:
    """Read batches of ten tokens, and never end."""
    while True:
        spend(10)


def endless_steps(inputs: Inputs, loaded: object) -> Iterator[Result]:
    """Hand over something after each batch, and never end."""
    for number in range(10**9):
        spend(10)
        yield Result(str(number))


def test_an_answer_over_its_budget_is_a_sentence_and_holds_nothing():
    run = runner(tokens=100)
    with pytest.raises(OverBudget, match="more than 100 tokens"):
        run(Endpoint("endless", endless, "base"), Inputs("a"))
    assert free(run)
    seconds = runner(seconds=1)
    with pytest.raises(OverBudget, match="more than 1 seconds"):
        seconds(Endpoint("endless", endless, "base"), Inputs("a"))


def test_a_stream_over_its_budget_keeps_what_came():
    run, got = runner(tokens=100), []
    with pytest.raises(OverBudget):
        for result in run.stream(Endpoint("endless_steps", endless_steps, "base"), Inputs("a")):
            got.append(result.text)
    assert len(got) == 10 and free(run)


def test_one_of_many_that_are_answered_together_cannot_use_up_the_others_budget():
    def several(many: list[Inputs], loaded: object) -> list[Result]:
        """Read a token for each character."""
        spend(sum(len(inputs.text) for inputs in many))
        return [Result(inputs.text) for inputs in many]

    run, stop = runner(tokens=10), SimpleNamespace(is_set=lambda: False)
    endpoint = Endpoint("several", several, "base", batched=True)
    from demos.microbatch import answer_each

    asked = [(Inputs(text), stop) for text in ("a" * 8, "b" * 9, "c" * 11)]
    answers = answer_each(asked, lambda some: run._several(endpoint, some, None))  # type: ignore[arg-type]
    assert [type(answer).__name__ for answer in answers] == ["Result", "Result", "OverBudget"]
    assert run(endpoint, Inputs("short")).text == "short"


def test_a_column_ends_with_its_budget_and_no_row_is_called_wrong_for_it():
    def several(many, loaded):
        answers = []
        for inputs in many:
            spend(len(inputs.text))
            answers.append(Result(inputs.text))
        return answers

    one = Endpoint("one", endless, "base")
    whole = column_endpoint(one, Batch(several, lambda result: {"text": result.text}, most=2))
    asked = ColumnInputs(Inputs(""), ("aaaa",) * 10, "minilm")
    parts = []
    with pytest.raises(OverBudget):
        for part in runner(tokens=18).stream(whole, asked):
            parts.append(part)
    assert [len(part.answers) for part in parts] == [2, 2]


def test_an_estimate_says_before_what_will_not_fit():
    with Budget(Bounds(seconds=5, tokens=1000)).computing():
        assert check_effort(Effort(900, 0, 4.0))
        with pytest.raises(BadInput, match="limit is 5 seconds"):
            check_effort(Effort(900, 0, 60.0))
        with pytest.raises(BadInput, match="1,100 tokens; the limit here is 1,000"):
            check_effort(Effort(1100, 0, 1.0))


def test_an_answer_ends_once_its_visitor_has_gone():
    batches = []

    def answer(inputs: Inputs, loaded: object) -> Result:
        """Note each batch; the visitor leaves during the third."""
        while True:
            spend(1)
            batches.append(1)
            if len(batches) == 3:
                STOPPED.add("this one left")

    run = runner()
    with pytest.raises(Stopped), working_on("a page"), working_on("this one left"):
        run(Endpoint("answer", answer, "base"), Inputs("a"))
    assert len(batches) == 3 and free(run)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"STAGE_PUBLIC": "0"}, OWN_SECONDS),
        ({"STAGE_PUBLIC": "1"}, PUBLIC_SECONDS),
        ({"STAGE_PUBLIC": "1", "STAGE_SECONDS": "7"}, 7),
        ({"STAGE_PUBLIC": "1", "STAGE_SECONDS": "0"}, 0),
    ],
)
def test_the_owner_sets_the_bounds(monkeypatch, environment, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert bounds().seconds == expected
    monkeypatch.setenv("STAGE_TOKENS", "many")
    with pytest.raises(BadInput, match="STAGE_TOKENS is 'many'. It must be a whole number"):
        bounds()


def test_the_seconds_of_others_are_not_of_the_budget():
    turns, budget, seconds = Turns(grace=0.0), Budget(Bounds()), 0.2

    def other():
        with turns.take():
            threading.Event().wait(seconds)

    thread, whole = threading.Thread(target=other), time.perf_counter()
    with turns.take(), budget.computing():
        thread.start()
        while not turns._queue:
            threading.Event().wait(0.005)
        threading.Event().wait(QUANTUM)
        spend()
    thread.join(10)
    assert 0 <= budget.seconds <= time.perf_counter() - whole - seconds


@pytest.mark.parametrize("kind", ["at once", "together with others", "in steps"])
def test_a_quick_question_is_answered_inside_one_pass_of_a_long_one(kind):
    run, begun, answered = runner(), threading.Event(), threading.Event()
    quick = Endpoint("quick", lambda inputs, loaded: Result("quick"), "base")
    model = tiny.model("Bert")
    meter(model)

    def wait_for_it(*_: object) -> None:
        begun.set()
        answered.wait(QUANTUM)

    for layer in model.encoder.layer:  # the pass lasts until the other question is answered
        layer.register_forward_pre_hook(wait_for_it)

    def at_once(inputs: Inputs, loaded: object) -> Result:
        """Read one batch."""
        with torch.inference_mode():
            model(torch.ones(1, 4, dtype=torch.long))
        return Result(str(answered.is_set()))

    def steps(inputs: Inputs, loaded: object) -> Iterator[Result]:
        """Read one batch in the first step."""
        yield at_once(inputs, loaded)

    def ask():
        assert begun.wait(60)
        run(quick, Inputs("b"))
        answered.set()

    thread = threading.Thread(target=ask)
    thread.start()
    if kind == "in steps":
        (got,) = run.stream(Endpoint("long", steps, "base"), Inputs("a"))
    elif kind == "at once":
        got = run(Endpoint("long", at_once, "base"), Inputs("a"))
    else:
        several = Endpoint("long", one_by_one(at_once), "base", batched=True)
        got = run(several, Inputs("a"))
    thread.join(60)
    assert got.text == "True" and free(run)


def test_two_who_need_the_same_value_do_not_wait_for_each_other():
    run, memo, waits = runner(), Memo(100), threading.Event()

    def compute():
        while not waits.is_set():
            spend()
        threading.Event().wait(QUANTUM)
        spend()  # the other waits in the memo, and must not keep the turn
        return "value"

    def first(inputs: Inputs, loaded: object) -> Result:
        """Compute it."""
        return Result(memo.get("key", compute))

    def second(inputs: Inputs, loaded: object) -> Result:
        """Need it, too."""
        waits.set()
        return Result(memo.get("key", compute))

    got, asked = [], [Endpoint("first", first, "base"), Endpoint("second", second, "base")]
    threads = [
        threading.Thread(target=lambda one=one: got.append(run(one, Inputs("a")).text), daemon=True)
        for one in asked
    ]
    threads[0].start()
    while not memo._pending:
        threading.Event().wait(0.005)
    threads[1].start()
    [thread.join(20) for thread in threads]
    assert got == ["value"] * 2 and memo.misses == 1 and free(run)


def test_what_one_who_left_did_not_compute_another_computes():
    memo, left, waits = Memo(100), threading.Event(), threading.Event()

    def stopped():
        waits.wait(20)
        raise Stopped

    def first():
        with pytest.raises(Stopped):
            memo.get("key", stopped)
        left.set()

    thread = threading.Thread(target=first)
    thread.start()
    while not memo._pending:
        threading.Event().wait(0.005)
    threading.Timer(0.1, waits.set).start()
    assert memo.get("key", lambda: "value") == "value"
    thread.join(20)
    assert left.is_set()


def test_a_column_over_its_budget_says_who_ended_it():
    table = read_table(b"text\none\ntwo\nthree\n")
    progress, _ = begin(table, "text")
    progress.answers[0] = {"label": "x"}
    said = summary(progress, 0, "This takes more than 600 seconds here. Shorten <it>.")
    assert "1 of 3 rows have an answer. The gallery stopped before 2 others. This takes more" in said
    assert "Shorten &lt;it&gt;." in said and "You stopped before 2 others." in summary(progress, 0)
