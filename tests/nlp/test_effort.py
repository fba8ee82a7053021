"""What a model would have to read is told before it does, refused where it is too much, and can be ended."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from weakref import WeakKeyDictionary

import pytest

from demos.errors import BadInput
from demos.nlp import effort as effort_module
from demos.nlp import remembered_scores, scoring
from demos.nlp.effort import MAX_SECONDS, Asking, Effort, check_effort, duration, effort, effort_of
from demos.nlp.in_context import frozen_rows, k_curve, order_sensitivity
from demos.nlp.prompt_task import Row, Task, ready_tasks, task_to_json
from demos.nlp.scoring import log_likelihoods_in_steps
from demos.prompting.builder.compute import score
from demos.prompting.builder.schemas import ExperimentInputs, Progress, PromptInputs
from demos.prompting.builder.show import progress_line
from demos.prompting.experiments.compute import KS, k_curve_answer, label_noise_answer
from demos.prompting.task.ready import task_of
from demos.prompting.variants.compute import prompt_matrix
from demos.prompting.variants.schemas import MatrixInputs, Query, first_variants
from tests.writers import writer

SENTIMENT = task_of("sentiment")
ASKED = ExperimentInputs("sentiment", k=2, rows=4, seeds=1)


@pytest.fixture(scope="module")
def llama(smollm2):
    return writer("Llama", smollm2.tokenizer)


@pytest.fixture
def passes(llama, monkeypatch):
    """The number of tokens in each forward pass of the model."""
    found, forward = [], scoring._forward

    def counted(model, nodes, *rest):
        found.append(sum(len(node.ids) for node in nodes))
        return forward(model, nodes, *rest)

    monkeypatch.setattr(scoring, "_forward", counted)
    monkeypatch.setattr(remembered_scores, "_of_all", WeakKeyDictionary())  # nothing was asked before
    return found


@pytest.mark.parametrize("experiment", [k_curve_answer, label_noise_answer])
@pytest.mark.parametrize("task", ["sentiment", "translation"])
def test_the_estimate_is_near_what_is_read(llama, passes, experiment, task):
    answers = list(experiment(replace(ASKED, task=task, rows=5), llama))
    first, last = answers[0].progress, answers[-1].progress
    assert (first.tokens, first.planned_tokens) == (0, last.planned_tokens)
    assert last.tokens == sum(passes) > 400
    assert last.planned_tokens == pytest.approx(last.tokens, rel=0.15)


def test_a_model_that_cannot_share_is_known_to_read_everything_for_every_word(smollm2, llama, monkeypatch):
    asking = [Asking(SENTIMENT, SENTIMENT.shots[:4], SENTIMENT.rows[:5])]
    once = effort_of(llama, asking).tokens
    monkeypatch.setattr(effort_module, "can_share", lambda model: False)
    assert effort_of(llama, asking).tokens > 3 * once


@pytest.mark.parametrize("name", ready_tasks())
def test_what_the_page_offers_at_first_is_allowed_for_every_ready_task(smollm2, name):
    task, asked = ready_tasks()[name], ExperimentInputs()
    rows = frozen_rows(task, asked.rows)
    experiments = [k_curve(task, KS, asked.seeds), order_sensitivity(task, task.shots[:4])]
    for settings in experiments:
        effort_of(smollm2, [Asking(one.task, run, rows) for one in settings for run in one.runs])


def long_task() -> Task:
    """585 KB of shots, as a visitor sent them."""
    shots = tuple(replace(row, fields=(("text", "so it went on " * 2_600),)) for row in SENTIMENT.shots)
    return replace(SENTIMENT, shots=shots)


def test_an_experiment_that_takes_too_long_is_refused_before_the_model_reads(llama, passes):
    asked = replace(ASKED, task=task_to_json(long_task()), k=8, rows=40, seeds=8)
    assert len(asked.task) > 585_000
    with pytest.raises(BadInput, match=r"about [\d,]+ minutes here; the limit is 5 minutes") as caught:
        next(k_curve_answer(asked, llama))
    assert "fewer or shorter shots" in caught.value.remedy and passes == []


def test_so_are_a_matrix_and_a_single_prompt(llama, passes, monkeypatch):
    monkeypatch.setattr(effort_module, "TOKENS_PER_SECOND", 1e-7)
    queries = tuple(Query(row.fields) for row in SENTIMENT.rows[:4])
    with pytest.raises(BadInput, match="the limit is 5 minutes"):
        next(prompt_matrix(MatrixInputs("sentiment", first_variants(SENTIMENT), queries), llama))
    with pytest.raises(BadInput, match="the limit is 2 minutes"):
        score(PromptInputs("sentiment", SENTIMENT.rows[0].fields), llama)
    with pytest.raises(BadInput, match="the limit is 5 minutes"):
        next(log_likelihoods_in_steps(llama, [("A film.", " good")]))
    assert passes == []


def test_what_is_too_long_is_not_even_tokenized(llama):
    class Untouched:
        def __getattr__(self, name):
            raise AssertionError("the tokenizer was asked")

    words = tuple(f"word {i}" for i in range(499))
    task = replace(SENTIMENT, labels=(("positive", words), ("negative", ("x",))))
    rows = tuple(Row((("text", f"{i} " + "long " * 8_000),), "positive") for i in range(200))
    with pytest.raises(BadInput, match="the limit is"):
        effort_of(replace(llama, tokenizer=Untouched()), [Asking(task, (), rows)])


def test_closing_an_experiment_ends_it_within_a_batch(llama, passes):
    answers = k_curve_answer(ASKED, llama)
    seen = list(islice(answers, 3))
    assert [answer.progress.tokens for answer in seen] == [0, passes[0], sum(passes[:2])]
    answers.close()
    assert len(passes) == 2


def test_closing_a_matrix_ends_it_within_a_batch(llama, passes):
    queries = tuple(Query(row.fields) for row in SENTIMENT.rows[:2])
    answers = prompt_matrix(MatrixInputs("sentiment", first_variants(SENTIMENT), queries, k=1), llama)
    for answer in answers:
        if answer.progress.tokens:
            break
    answers.close()
    assert answer.variants == () and len(passes) == 1


def test_no_pause_is_in_inference_mode(llama):
    import torch

    for _ in k_curve_answer(replace(ASKED, rows=2), llama):
        assert not torch.is_inference_mode_enabled()


def test_twice_the_parameters_take_twice_as_long(llama, smollm2):
    sizes = [sum(p.numel() for p in loaded.model.parameters()) for loaded in (llama, smollm2)]
    seconds = [effort(loaded, 10_000, 0).seconds for loaded in (llama, smollm2)]
    assert seconds[1] / seconds[0] == pytest.approx(sizes[1] / sizes[0])


def test_the_limit_itself_is_allowed():
    assert check_effort(Effort(1, 1, MAX_SECONDS)).seconds == MAX_SECONDS


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second"),
        (4.4, "4 seconds"),
        (44, "40 seconds"),
        (180, "3 minutes"),
        (90_000, "1,500 minutes"),
    ],
)
def test_a_duration_is_said_as_exactly_as_it_is_known(seconds, said):
    assert duration(seconds) == said


def test_how_far_a_work_is_stands_on_the_page():
    before = progress_line(Progress(31_000, 62.0, 0, 0.0), False)
    assert "about 31,000 tokens: about 60 seconds here; the limit is 5 minutes" in before
    assert "about 40 seconds left" in progress_line(Progress(30_000, 60.0, 10_000, 20.0), False)
    assert "about 60 seconds left" in progress_line(Progress(30_000, 60.0, 100, 20.0), False)
    assert "about 6,000 tokens: about 12 seconds" in progress_line(
        Progress(30_000, 60.0, 0, 9.0, known=0.8), False
    )
    assert "1,000 of about 3,000 tokens read; about 8 seconds left" in progress_line(
        Progress(30_000, 60.0, 1_000, 4.0, known=0.9), False
    )
    assert "nearly done" in progress_line(Progress(30_000, 60.0, 31_000, 20.0), False)
    assert "has read 31,000 tokens in 20 seconds" in progress_line(Progress(30_000, 60.0, 31_000, 20.0), True)
    assert "has read 31,000 tokens." in progress_line(Progress(30_000, 60.0, 31_000, 0.0), True), "recorded"
