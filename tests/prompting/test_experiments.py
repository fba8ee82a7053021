"""The experiments count right, with a model that is a table."""

from __future__ import annotations

import math

import numpy as np
import pytest

from demos.errors import BadInput
from demos.nlp.in_context import (
    MostSaid,
    accuracy,
    chance_line,
    draw,
    entropy,
    frozen_rows,
    k_curve,
    label_noise,
    label_words,
    measured,
    order_sensitivity,
)
from demos.nlp.steps import finish
from demos.prompting.task.ready import task_of
from tests.closeness import OURS, assert_close

SENTIMENT, TRANSLATION = task_of("sentiment"), task_of("translation")


def counted(settings, ask, rows):
    """The conditions of an experiment, asked through a function that answers at once."""

    def in_steps(*asked):
        yield 0
        return ask(*asked)

    return [finish(measured(one, in_steps, frozen_rows(one.task, rows))) for one in settings]


def oracle(task, shots, rows):
    """Right from two shots on; before that it always says the first label."""
    names = [[name for name, _ in task.labels_of(row)] for row in rows]
    found = []
    for own, row in zip(names, rows, strict=True):
        best = own.index(row.label) if len(shots) >= 2 else 0
        found.append((np.eye(len(own))[best] * 0.8 + 0.1, np.full(len(own), 1 / len(own))))
    return found


def test_the_curve_rises_where_the_model_does_and_asks_the_same_rows():
    asked = []

    def ask(task, shots, rows):
        asked.append((len(shots), rows))
        return oracle(task, shots, rows)

    columns = counted(k_curve(SENTIMENT, (0, 1, 2, 4), 3), ask, 10)
    assert [column.correct.mean() for column in columns] == [0.5, 0.5, 1, 1]
    assert [len(column.correct) for column in columns] == [1, 3, 3, 3]
    assert [column.entropy.tolist() for column in columns[1:3]] == [[0] * 3, [1] * 3]
    assert columns[1].most_said == (MostSaid("positive", 10, 5),) * 3
    assert columns[2].most_said == (MostSaid("positive", 5, 5),) * 3
    assert {rows for _, rows in asked} == {frozen_rows(SENTIMENT, 10)}


def test_content_free_probabilities_are_divided_out():
    def leaning(task, shots, rows):
        return [
            (
                np.array([0.7, 0.3]) if row.label == "positive" else np.array([0.6, 0.4]),
                np.array([0.65, 0.35]),
            )
            for row in rows
        ]

    [column] = counted(k_curve(SENTIMENT, (0,), 3), leaning, 10)
    assert column.correct.mean() == 0.5 and column.calibrated_correct.mean() == 1


def test_all_orders_of_the_same_shots_are_asked_once():
    seen = []

    def ask(task, shots, rows):
        seen.append(shots)
        return oracle(task, shots, rows)

    shots = SENTIMENT.shots[:4]
    columns = counted(order_sensitivity(SENTIMENT, shots), ask, 4)
    assert len(columns) == len(set(seen)) == 24
    assert all(set(order) == set(shots) for order in seen)
    assert columns[0].name == "1-2-3-4" and seen[0] == shots


def test_random_labels_keep_the_shots_and_their_order():
    runs = []

    def ask(task, shots, rows):
        runs.append(shots)
        return oracle(task, shots, rows)

    none, noisy, gold = counted(label_noise(SENTIMENT, 8, 2), ask, 4)
    assert runs[0] == () and (none.name, noisy.name, gold.name) == ("none", "random", "gold")
    for random, right in zip(runs[1:3], runs[3:], strict=True):
        assert [row.fields for row in random] == [row.fields for row in right]
        assert [row.label for row in random] != [row.label for row in right]
        assert set(right) <= set(SENTIMENT.shots)


def test_exchanged_words_are_shown_and_asked_alike():
    shown = {}

    def ask(task, shots, rows):
        shown[task.labels] = [task.word(row.label) for row in shots]
        return oracle(task, shots, rows)

    counted(label_words(SENTIMENT, 2, 1), ask, 4)
    words = [[own for _, own in labels] for labels in shown]
    assert words == [[("positive",), ("negative",)], [("A",), ("B",)], [("negative",), ("positive",)]]
    assert sorted(list(shown.values())[1]) == ["A", "B"]
    with pytest.raises(BadInput, match="choices of its own"):
        label_words(TRANSLATION, 2, 1)


def test_rows_with_choices_of_their_own():
    columns = counted(k_curve(TRANSLATION, (0, 4), 2), oracle, 8)
    assert columns[1].correct.all() and np.isnan(columns[1].entropy).all()
    assert columns[1].most_said == ()
    assert chance_line(TRANSLATION, frozen_rows(TRANSLATION, 8)) == 0.25


@pytest.mark.parametrize("k", [0, 1, 2, 5, 8, 16])
def test_draws_are_balanced_and_differ_by_seed(k):
    drawn = draw(SENTIMENT, k, 0)
    counts = [sum(row.label == name for row in drawn) for name in ("positive", "negative")]
    assert len(set(drawn)) == k and abs(counts[0] - counts[1]) <= 1
    assert draw(SENTIMENT, k, 0) == drawn
    if k > 2:
        assert draw(SENTIMENT, k, 1) != drawn


def test_more_shots_than_there_are_is_refused():
    with pytest.raises(BadInput, match="16 shots, fewer than 17"):
        draw(SENTIMENT, 17, 0)


def test_accuracy_and_its_interval():
    certain = accuracy(np.ones((3, 20), bool))
    # Wilson: 20 / (20 + 1.96^2).
    assert (certain.mean, certain.std, certain.high) == (1, 0, 1)
    assert_close(certain.low, 20 / (20 + 1.96**2), atol=OURS)
    half = accuracy(np.arange(400).reshape(1, 400) % 2 == 0)
    # The binomial interval is 0.5 +- 1.96 * sqrt(0.25 / 400) = 0.5 +- 0.049.
    assert half.mean == 0.5 and math.isnan(half.std)
    assert_close(half.low, 0.451, atol=0.01)
    assert_close(half.high, 0.549, atol=0.01)


def test_entropy_in_bits():
    assert entropy(np.array([1.0, 0])) == 0
    assert entropy(np.array([0.25] * 4)) == 2
