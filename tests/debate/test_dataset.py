"""The metrics of many texts equal the single experiments, and say what they left out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from demos.contract import check_fields
from demos.debate.dataset import compute as module
from demos.debate.dataset.compute import MAX_TEXTS, DatasetInputs, dataset_metrics
from demos.debate.dataset.page import read_texts, skipped
from demos.debate.dependence.compute import permute
from demos.debate.methods.additive import fixed_gradient, read
from demos.debate.methods.classifier import leave_one_out
from demos.debate.methods.perturbation import shuffle, uniform_probability
from demos.debate.methods.rank_correlation import chance_spread, kendall
from demos.debate.methods.schemas import TrialInputs
from demos.debate.methods.sentence import MAX_WORDS
from demos.errors import BadInput
from tests.closeness import OURS, assert_close
from tests.debate.models import additive, sentence, transformer

IDS = [[5, 9, 5, 30, 12], [40, 41, 42, 43], [7, 8, 10, 11, 12, 13], [9]]
TEXTS = tuple(" ".join(f"w{i}" for i in ids) for ids in IDS)


def last(inputs, loaded):
    *_, answer = dataset_metrics(inputs, loaded)
    return answer


def test_each_value_is_the_single_experiments():
    loaded = additive()
    answer = last(DatasetInputs(TEXTS), loaded)
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
        # Other shuffles than in the batch, hence only about the same median.
        assert answer.values["permutation"][i] == pytest.approx(shuffle(reading).median.item(), abs=0.02)


def test_many_texts_and_the_single_experiment_take_the_same_median():
    loaded, text = additive(), "w5 w9 w12 w30 w7"
    single = permute(TrialInputs(text), loaded)
    assert_close(last(DatasetInputs((text,)), loaded).values["permutation"][0], single.median, atol=OURS)
    assert_close(single.median, float(np.median(single.changes)), atol=OURS)


def test_means_leave_undefined_values_out_and_count_them():
    answer = last(DatasetInputs(TEXTS), additive())
    taus, random = (
        next(measure for measure in answer.measures if measure.name == name)
        for name in ("tau_gradient", "tau_random")
    )
    values = answer.values["tau_gradient"]
    assert (taus.count, taus.undefined) == (3, 1) and np.isnan(values[3])
    assert_close(taus.mean, np.nanmean(values), atol=OURS)
    assert_close(taus.std, np.nanstd(values), atol=OURS)
    assert (random.count, random.undefined, random.mean) == (3, 1, 0)
    variances = [chance_spread(len(ids)) ** 2 for ids in IDS[:3]]
    assert_close(random.std, np.mean(variances) ** 0.5, atol=OURS)
    assert_close(answer.chance_of_mean, 1.96 * np.sum(variances) ** 0.5 / 3, atol=OURS)


def test_chance_over_texts_is_what_many_drawn_orders_give():
    answer = last(DatasetInputs(TEXTS), additive())
    chance = np.random.default_rng(0)
    means = [np.mean([kendall(*chance.random((2, len(ids)))).tau for ids in IDS[:3]]) for _ in range(400)]
    assert abs((np.abs(means) <= answer.chance_of_mean).mean() - 0.95) <= 0.035


@pytest.mark.parametrize("loaded", [additive(), transformer()], ids=["bilstm", "transformer"])
def test_adversaries_are_searched_only_when_asked_for(loaded):
    texts = ("w5 w9 w12 the cat", "w40 w41 a dog")
    without = last(DatasetInputs(texts), loaded)
    assert "adversary" not in without.values
    answer = last(DatasetInputs(texts, adversaries=True), loaded)
    assert (answer.values["adversary"] >= 0).all() and answer.values["adversary"].max() <= np.log(2)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Answers come at the end of a batch only, however slow the machine is."""
    monkeypatch.setattr(module, "PACE", float("inf"))


def test_it_grows_and_names_what_it_could_not_read():
    texts = ("w5 w6",) * 20 + ("...", "  ", "w5 " * (MAX_WORDS + 1))
    answers = list(dataset_metrics(DatasetInputs(texts), additive()))
    assert [answer.done for answer in answers] == [16, 23]
    assert answers[-1].skipped == 3 and len(answers[-1].largest_attention) == 20
    assert "3 texts left out; the first: The text has no words" in skipped(answers[-1])
    assert skipped(answers[0]) == ""


def test_nothing_readable_at_all_is_no_crash():
    answer = last(DatasetInputs(("!!!",)), additive())
    assert answer.skipped == 1 and all(np.isnan(measure.mean) for measure in answer.measures)


@pytest.mark.parametrize("texts", [(), ("a",) * (MAX_TEXTS + 1)])
def test_too_few_or_too_many_texts_are_refused(texts):
    with pytest.raises(BadInput, match=r"'texts' has .*1,000"):
        check_fields(DatasetInputs(texts))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "one\n\n two \r\nthree", ["one", "two", "three"]),
        ("a.csv", 'id,Text\n1,"good, really"\n2,"two\nlines"\n3\n', ["good, really", "two lines"]),
        ("a.csv", "first column\nsecond row,x\n", ["first column", "second row"]),
        ("a.csv", "id;text\n1;one, or two\n", ["one, or two"]),
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


@pytest.mark.parametrize("adversaries", [False, True])
def test_closing_it_ends_the_work_between_two_texts(monkeypatch, adversaries):
    monkeypatch.setattr(module, "PACE", 0)
    read: list[int] = []
    monkeypatch.setattr(
        "demos.debate.methods.classifier.leave_one_out",
        lambda loaded, item, kind: read.append(1) or np.zeros(len(item.words)),
    )
    growing = dataset_metrics(DatasetInputs(("w5 w6 w7 w8",) * 40, adversaries=adversaries), additive())
    answers = [next(growing)]
    while answers[-1].done < 3:
        answers.append(next(growing))
    assert len(read) == 3 and [a.done for a in answers][-3:] == [1, 2, 3], "one text more, one answer more"
    if adversaries:
        assert [a.done for a in answers].count(0) == 20, "every 25 of 500 steps of the search"
    growing.close()
    assert next(growing, None) is None and len(read) == 3


def test_texts_that_the_model_cannot_read_are_left_out_unless_asked_for():
    texts = ("w5 w6 w7 w8", "unknown words only here", "w5 w6 unknown w8")
    answer = last(DatasetInputs(texts), additive())
    assert answer.skipped == 1 and "cannot read 4 of these 4 words" in answer.reason
    assert last(DatasetInputs(texts, anyway=True), additive()).skipped == 0


@pytest.mark.parametrize("adversaries", [False, True])
def test_gradients_are_not_left_switched_off_in_any_thread(adversaries):
    # The server resumes a generator on whichever thread is free.
    growing = dataset_metrics(DatasetInputs(TEXTS * 8, adversaries=adversaries), additive())
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        for thread in (first, second, first, second):
            thread.submit(next, growing, None).result()
            assert thread.submit(torch.is_grad_enabled).result()
