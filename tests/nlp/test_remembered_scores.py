"""What a model was asked before is not asked again, whoever asked it, and nobody waits for who has left."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from demos.contract import to_plain
from demos.errors import BadInput
from demos.nlp import remembered_scores
from demos.nlp.labels import score_labels
from demos.nlp.prompt import Prompt
from demos.nlp.remembered_scores import RememberedScores
from demos.nlp.steps import finish
from demos.prompting.builder.schemas import ExperimentInputs
from demos.prompting.builder.show import progress_line
from demos.prompting.experiments.compute import k_curve_answer
from demos.stream import Waiting
from tests.closeness import OURS, assert_close
from tests.writers import writer

LABELS = (("good", ("positive", "great")), ("bad", ("negative",)))
TEXTS = ["A warm film.", "A waste of two hours.", "It rained all day.", "Loved every minute."]
ASKED = [(Prompt(f"Review: {text}\nSentiment:", (), " "), LABELS) for text in TEXTS]


@pytest.fixture
def llama(smollm2, monkeypatch):
    """A model that was asked nothing."""
    monkeypatch.setattr(remembered_scores, "_of_all", WeakKeyDictionary())
    return writer("Llama", smollm2.tokenizer)


@pytest.fixture
def scored(monkeypatch) -> list[list[str]]:
    """The prompts that are scored, by call."""
    calls, score = [], remembered_scores.score_labels_in_steps

    def counted(loaded, prompts, verbalizers):
        calls.append([prompt.text for prompt in prompts])
        return score(loaded, prompts, verbalizers)

    monkeypatch.setattr(remembered_scores, "score_labels_in_steps", counted)
    return calls


def asking(loaded: Any, planned: int = 0) -> RememberedScores:
    return RememberedScores(loaded, planned)


def texts(asked: Any) -> list[str]:
    return [prompt.text for prompt, _ in asked]


def expect(found: Any, llama: Any, asked: Any) -> None:
    own = score_labels(llama, *zip(*asked, strict=True))
    assert_close(found, [one.probabilities["sum"] for one in own], atol=OURS)


def test_only_what_is_new_is_scored(llama, scored):
    one, other = asking(llama), asking(llama, 8)
    expect(finish(one.probabilities(ASKED[:3])), llama, ASKED[:3])
    asked = [ASKED[3], ASKED[0], ASKED[3], ASKED[1]]
    expect(finish(other.probabilities(asked)), llama, asked)
    assert scored == [texts(ASKED[:3]), texts(ASKED[3:])]
    assert one.known(is_over=True) == 0
    assert (other.known(is_over=True), other.known(is_over=False)) == (2 / 3, 2 / 8), "one was asked twice"


def test_another_question_or_model_has_scores_of_its_own(llama, smollm2, scored):
    prompt, labels = ASKED[0]
    exchanged = tuple((name, words) for (name, _), (_, words) in zip(labels, labels[::-1], strict=True))
    asked = [(prompt, labels), (replace(prompt, lead=""), labels), (prompt, exchanged), (prompt, labels[:1])]
    for number, one in enumerate(asked):
        expect(finish(asking(llama).probabilities([one])), llama, [one])
        assert len(scored) == number + 1
    finish(asking(writer("GPT2", smollm2.tokenizer)).probabilities(asked[:1]))
    assert len(scored) == len(asked) + 1


def test_who_asks_the_same_at_the_same_time_waits_for_it_after_what_is_new(llama, scored):
    first = asking(llama).probabilities(ASKED[:2])
    assert isinstance(next(first), int), "it computes"
    with closing(asking(llama).probabilities(ASKED[1:])) as second:
        step = next(second)
        while not isinstance(step, Waiting):
            step = next(second)
        assert scored == [texts(ASKED[:2]), texts(ASKED[2:])]
        assert not step.there.is_set()
        finish(first)
        assert step.there.is_set()
        expect(finish(second), llama, ASKED[1:])
    assert len(scored) == 2


def test_nobody_waits_for_who_has_left_or_failed(llama, scored):
    first, second = (asking(llama).probabilities(ASKED[:2]) for _ in range(2))
    next(first)
    step = next(second)
    assert isinstance(step, Waiting) and not step.there.is_set()
    first.close()
    assert step.there.is_set()
    expect(finish(second), llama, ASKED[:2])
    assert scored == [texts(ASKED[:2])] * 2
    empty = [(replace(ASKED[3][0], lead=""), (("nothing", ("",)),))]
    for _ in range(2):  # the second one does not wait for the first
        with pytest.raises(BadInput):
            finish(asking(llama).probabilities(empty))


def test_no_more_are_kept_than_may_be(llama, scored, monkeypatch):
    monkeypatch.setattr(remembered_scores, "KEPT", 2)
    for number in (0, 1, 0, 2, 0, 1):  # what was asked last stays
        finish(asking(llama).probabilities([ASKED[number]]))
    assert scored == [texts([ASKED[number]]) for number in (0, 1, 2, 1)]


def test_an_experiment_says_how_much_was_known(llama, scored):
    asked = ExperimentInputs("sentiment", k=1, rows=4, seeds=1)
    *_, first = k_curve_answer(asked, llama)
    *_, again = k_curve_answer(asked, llama)
    assert first.progress.known < 0.5 and first.progress.tokens > 0
    assert (again.progress.known, again.progress.tokens) == (1, 0)
    assert str(to_plain(first.columns)) == str(to_plain(again.columns))
    *_, more = k_curve_answer(replace(asked, rows=6), llama)
    assert more.progress.known == pytest.approx((4 + 3) / (6 + 3))
    assert "78% of the prompts had been asked before" in progress_line(more.progress, True)
