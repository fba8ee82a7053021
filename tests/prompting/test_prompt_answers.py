"""The prompt builder's endpoints and editors on the bundled model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demos.errors import BadInput
from demos.nlp.labels import calibrate
from demos.nlp.prompt_task import task_to_json
from demos.nlp.scoring import log_likelihoods_plain
from demos.prompting.builder import EXAMPLES
from demos.prompting.builder.completion import COMPLETE
from demos.prompting.builder.compute import RENDER, SCORE
from demos.prompting.builder.export import EXPORT
from demos.prompting.builder.schemas import CompleteInputs, ExperimentInputs, PromptInputs
from demos.prompting.builder.show import budget_bar, chips, label_table, shots_table
from demos.prompting.experiments.compute import CURVE, NOISE
from demos.prompting.experiments.show import experiment_chart
from demos.prompting.task import ready
from demos.prompting.task.draft import Draft, Table, fields_of, task_of_draft
from tests.closeness import OURS, SUMMED, assert_close

QUERY = (("text", "The soup was cold and so was the waiter."),)
ASKED = PromptInputs("sentiment", QUERY)


def test_tokens_spell_the_prompt_and_fill_the_budget(runner):
    answer = runner(RENDER, ASKED)
    assert "".join(token.text for token in answer.tokens) == answer.prompt
    assert answer.prompt.endswith("so was the waiter.\nSentiment:")
    room = answer.budget
    assert room.instruction + room.shots + room.query + room.template == len(answer.tokens)
    assert {token.shot for token in answer.tokens if token.role == "shot"} == {0, 1, 2, 3}


def test_characters_of_several_tokens_are_shown_once(runner):
    answer = runner(RENDER, PromptInputs("sentiment_ko", (("text", "정말 좋아요 🎭"),)))
    assert "".join(token.text for token in answer.tokens) == answer.prompt
    assert any(not token.text for token in answer.tokens)


@pytest.mark.parametrize("style", ["plain", "chat-turns", "chat-one"])
def test_every_style_ends_where_the_answer_begins(runner, style):
    answer = runner(RENDER, PromptInputs("sentiment", QUERY, style=style))
    assert answer.prompt.endswith("Sentiment:" if style == "plain" else "<|im_start|>assistant\n")
    assert "".join(token.text for token in answer.tokens) == answer.prompt


def test_scores_are_the_plain_log_likelihoods_and_nothing_was_trained(runner, smollm2):
    answer = runner(SCORE, ASKED)
    with runner.cache.lease(smollm2.spec.__class__("smollm2", "causal-lm")) as loaded:
        expected = [
            log_likelihoods_plain(loaded, [(answer.prompt, f" {word}")])[0].logprob
            for word in ("positive", "negative")
        ]
    found = [row.log_likelihood for row in answer.labels]
    assert_close(found, expected, atol=SUMMED)
    plain = np.array([row.probability for row in answer.labels])
    assert_close(plain, np.exp(expected) / np.exp(expected).sum(), atol=SUMMED)
    free = np.array([row.content_free for row in answer.labels])
    assert_close([row.calibrated for row in answer.labels], calibrate(plain, free), atol=OURS)
    assert answer.checksum_before == answer.checksum_after


def test_a_completion_starts_with_what_the_scores_call_greedy(runner):
    scored = runner(SCORE, ASKED)
    *_, written = runner.stream(COMPLETE, CompleteInputs("sentiment", QUERY, max_new_tokens=1))
    greedy = [word.text for row in scored.labels for word in row.words if word.greedy]
    assert greedy == ["positive"] == [written.text.strip()]
    assert written.prompt == scored.prompt


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.inputs.task)
def test_every_ready_task_can_be_scored(runner, example):
    answer = runner(SCORE, example.inputs)
    assert_close(sum(row.probability for row in answer.labels), 1, atol=OURS)
    assert_close(sum(row.calibrated for row in answer.labels), 1, atol=OURS)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"task": "no such task"}, "no ready task"),
        ({"task": "{"}, "not JSON"),
        ({"query": (("wrong", "x"),)}, "'wrong'"),
        ({"query": ()}, "no field 'text'"),
        ({"k": 17}, "fewer than 17"),
        ({"k": -1}, "'k' must be at least 0, not -1. Choose 0 to 64"),
        ({"reserve": 5000}, "'reserve' must be at most 1,024, not 5000"),
        ({"query": (("text", "word " * 9000),)}, "Even without shots"),
    ],
)
def test_mistakes_get_a_sentence_with_a_remedy(runner, changed, problem):
    values = {"task": "sentiment", "query": QUERY} | changed
    with pytest.raises(BadInput, match=problem):
        runner(RENDER, PromptInputs(**values))


def test_a_window_that_is_too_small_drops_whole_shots_and_names_them(runner):
    long = (("text", "so it goes on and on " * 1345),)
    answer = runner(RENDER, PromptInputs("sentiment", long, reserve=32))
    assert answer.notice.startswith("Dropped to fit into the window: shot")
    kept = {token.shot for token in answer.tokens if token.role == "shot"}
    assert kept < {0, 1, 2, 3} and all(str(number + 1) not in answer.notice for number in kept)


def test_experiments_grow_and_say_how_much_they_asked(runner):
    asked = ExperimentInputs("sentiment", k=2, rows=4, seeds=1)
    answers = list(runner.stream(NOISE, asked))
    counts = [len(answer.columns) for answer in answers]
    assert counts == sorted(counts) and set(counts) == {0, 1, 2, 3} and len(counts) > 6
    last = answers[-1]
    assert (last.rows, last.seeds, last.chance, last.total) == (4, 1, 0.5, 3)
    html = experiment_chart(last)
    assert "4 test rows" in html and "3 of 3 conditions done" in html and "nan" not in html
    with pytest.raises(BadInput, match="'rows' must be at least 2, not 1"):
        next(runner.stream(CURVE, ExperimentInputs(rows=1)))


@pytest.mark.parametrize(
    ("template", "problem"),
    [("{text}", "label"), ("{text {label}", "brace"), ("{a}{b}{c}{d}: {label}", "4 fields")],
)
def test_templates_that_cannot_work_are_refused(template, problem):
    with pytest.raises(BadInput, match=problem):
        fields_of(template)


def test_what_was_typed_is_escaped(runner):
    evil = "</span><img src=x onerror=alert(1)>"
    shots = Table(("text", "label"), (("a", evil), ("b", "no")))
    task = task_of_draft(Draft(evil, "Q: {text}\nA: {label}", f"{evil}: yes\nno: no", shots))
    asked = PromptInputs(task_to_json(task), (("text", evil),), k=2)
    rendered, scored = runner(RENDER, asked), runner(SCORE, asked)
    pages = (
        chips(rendered.tokens),
        budget_bar(rendered.budget, evil),
        label_table(scored),
        shots_table([scored]),
    )
    for html in pages:
        assert "<img" not in html


@pytest.mark.parametrize("endpoint", [RENDER, SCORE, EXPORT], ids=lambda endpoint: endpoint.name)
def test_a_request_reads_its_task_once(runner, monkeypatch, endpoint):
    """Before a model is loaded, and not again with it."""
    read = []
    real = ready.task_from_json
    monkeypatch.setattr(ready, "task_from_json", lambda text: read.append(text) or real(text))
    named = replace(ready.task_of("sentiment"), name=f"read by {endpoint.name}")
    runner(endpoint, PromptInputs(task_to_json(named), QUERY, 2))
    assert len(read) == 1
