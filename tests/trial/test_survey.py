"""The survey of many texts equals the single experiments, and says what it left out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from demos.errors import BadInput
from demos.trial.additive import fixed_gradient, read
from demos.trial.agreement import kendall
from demos.trial.counterfactual import permuted_probabilities, uniform_probability
from demos.trial.many_texts import read_texts, skipped
from demos.trial.sentence import MAX_WORDS
from demos.trial.setting import leave_one_out
from demos.trial.survey import MAX_TEXTS, SurveyInputs, check_texts, survey
from tests.closeness import OURS, assert_close
from tests.trial.models import additive, sentence, transformer

IDS = [[5, 9, 5, 30, 12], [40, 41, 42], [7, 8], [9]]
TEXTS = tuple(" ".join(f"w{i}" for i in ids) for ids in IDS)


def last(inputs, loaded):
    *_, answer = survey(inputs, loaded)
    return answer


def test_each_value_is_the_single_experiments():
    loaded = additive()
    answer = last(SurveyInputs(TEXTS), loaded)
    for i, ids in enumerate(IDS):
        item = sentence(*ids)
        reading = read(loaded, [item])
        attention, own = reading.attention[0, 0], reading.probability
        assert_close(answer.largest_attention[i], attention.max().item(), atol=OURS)
        uniform = (uniform_probability(reading) - own).abs().item()
        assert_close(answer.values["uniform"][i], uniform, atol=OURS)
        tau = kendall(attention.numpy(), fixed_gradient(loaded, item).numpy()).tau
        assert_close(answer.values["tau_gradient"][i], tau, atol=OURS)
        tau = kendall(attention.numpy(), leave_one_out(loaded, item, "delete")).tau
        assert_close(answer.values["tau_leave_one_out"][i], tau, atol=OURS)
        changes = (permuted_probabilities(reading) - own).abs()
        # Other shuffles than in the batch, hence only about the same median.
        assert_close(answer.values["permutation"][i], changes.median().item(), atol=0.02)


def test_means_leave_undefined_values_out_and_count_them():
    answer = last(SurveyInputs(TEXTS), additive())
    taus = next(measure for measure in answer.measures if measure.name == "tau_gradient")
    values = answer.values["tau_gradient"]
    assert (taus.count, taus.undefined) == (3, 1) and np.isnan(values[3])
    assert_close(taus.mean, np.nanmean(values), atol=OURS)
    assert_close(taus.std, np.nanstd(values), atol=OURS)


@pytest.mark.parametrize("loaded", [additive(), transformer()], ids=["bilstm", "transformer"])
def test_adversaries_are_searched_only_when_asked_for(loaded):
    texts = ("w5 w9 w12 the cat", "w40 w41 a dog")
    without = last(SurveyInputs(texts), loaded)
    assert "adversary" not in without.values
    answer = last(SurveyInputs(texts, adversaries=True), loaded)
    assert (answer.values["adversary"] >= 0).all() and answer.values["adversary"].max() <= np.log(2)


def test_it_grows_and_names_what_it_could_not_read():
    texts = ("w5 w6",) * 20 + ("...", "  ", "w5 " * (MAX_WORDS + 1))
    answers = list(survey(SurveyInputs(texts), additive()))
    assert [answer.done for answer in answers] == [16, 23]
    assert answers[-1].skipped == 3 and len(answers[-1].largest_attention) == 20
    assert "3 texts left out; the first because: The text has no words" in skipped(answers[-1])
    assert skipped(answers[0]) == ""


def test_nothing_readable_at_all_is_no_crash():
    answer = last(SurveyInputs(("!!!",)), additive())
    assert answer.skipped == 1 and all(np.isnan(measure.mean) for measure in answer.measures)


@pytest.mark.parametrize("texts", [(), ("a",) * (MAX_TEXTS + 1)])
def test_too_few_or_too_many_texts_are_refused(texts):
    with pytest.raises(BadInput, match=r"1 to 1,000.*one text per line"):
        check_texts(SurveyInputs(texts))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "one\n\n two \r\nthree", ["one", "two", "three"]),
        ("a.csv", 'id,Text\n1,"good, really"\n2,"two\nlines"\n3\n', ["good, really", "two lines"]),
        ("a.csv", "first column\nsecond row,x\n", ["first column", "second row"]),
        ("a.txt", "\ufeff한국어 문장", ["한국어 문장"]),
    ],
)
def test_files_are_read_as_texts(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content.encode())
    assert read_texts(path) == expected


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.txt", "café".encode("latin-1"), "UTF-8"),
        ("a.txt", b"\n \n", "0 texts"),
        ("a.csv", b"text\n" + b"x\n" * (MAX_TEXTS + 1), "1,001 texts"),
        ("a.csv", b'"' + b"x" * 200_000 + b'"', "cannot be read"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_a_remedy(tmp_path, name, content, problem):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=problem) as refused:
        read_texts(path)
    assert refused.value.remedy


def test_adversaries_make_smaller_batches_since_stopping_waits_for_one():
    answers = survey(SurveyInputs(("w5 w6",) * 9, adversaries=True), additive())
    assert [answer.done for answer in answers] == [4, 8, 9]


@pytest.mark.parametrize("adversaries", [False, True])
def test_gradients_are_not_left_switched_off_in_any_thread(adversaries):
    # The server resumes a generator on whichever thread is free.
    growing = survey(SurveyInputs(TEXTS * 8, adversaries=adversaries), additive())
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        for thread in (first, second, first, second):
            thread.submit(next, growing, None).result()
            assert thread.submit(torch.is_grad_enabled).result()
