"""Length bucketing: every item once, in the order given, and one failure is one failure."""

from __future__ import annotations

import random

import pytest

from demos.errors import BadInput
from demos.nlp.batches import answer_all, buckets


@pytest.mark.parametrize("most", [None, 3])
@pytest.mark.parametrize("budget", [1, 40, 10**6])
def test_every_index_once_and_no_batch_beyond_the_budget(budget, most):
    chance = random.Random(7)
    lengths = [chance.randrange(1, 60) for _ in range(200)]
    made = buckets(lengths, budget, most)
    assert sorted(index for batch in made for index in batch) == list(range(200))
    for batch in made:
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= budget
        assert most is None or len(batch) <= most
    if budget == 10**6 and most is None:
        assert len(made) == 1


def test_buckets_are_filled_and_hold_similar_lengths():
    assert buckets([5, 1, 5, 2, 1], 10) == [[0, 2], [3, 1, 4]]
    assert buckets([], 10) == []
    assert buckets([0, 0], 1) == [[0], [1]]


def test_bucketed_and_unbucketed_answer_the_same_rows_in_the_same_order():
    texts = ["one", "two words", "", "a few words more", "x y z"] * 7

    def compute(rows):
        return [len(row) for row in rows]

    expected = [len(text.split()) for text in texts]
    for budget in (1, 5, 10**6):
        assert answer_all(texts, str.split, compute, budget) == expected


def test_an_item_that_cannot_be_prepared_is_answered_with_its_error():
    def prepare(text):
        if text == "bad":
            raise BadInput("no")
        return text

    answers = answer_all(["a", "bad", "b"], prepare, lambda rows: [row * 2 for row in rows])
    assert (answers[0], answers[2]) == ("aa", "bb")
    assert isinstance(answers[1], BadInput)
