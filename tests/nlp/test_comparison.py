"""The difference of two conditions on the same rows: another way to the same interval, and its limits."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from demos.nlp.comparison import chance_of_spread, difference, newcombe, worst_and_best
from demos.nlp.in_context import wilson

ROWS = arrays(bool, st.tuples(st.just(2), st.integers(2, 40)))


def by_counts(both: int, first: int, second: int, none: int) -> tuple[float, float]:
    """Newcombe's method 10 as he writes it, from the four counts of a paired table: for first - second."""
    n = both + first + second + none
    p1, p2 = (both + first) / n, (both + second) / n
    (l1, u1), (l2, u2) = wilson(p1, n), wilson(p2, n)
    product = (both + first) * (second + none) * (both + second) * (first + none)
    plus = both * none - first * second
    if plus > 0:
        plus = max(plus - n / 2, 0)
    phi = plus / math.sqrt(product) if product else 0.0
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    up = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    return p1 - p2 - math.sqrt(max(0.0, down)), p1 - p2 + math.sqrt(max(0.0, up))


@pytest.mark.parametrize(
    "counts", [(36, 12, 2, 0), (0, 10, 10, 0), (20, 0, 0, 20), (5, 0, 0, 0), (1, 2, 3, 4)]
)
def test_newcombe_agrees_with_its_formula_in_counts(counts):
    second = np.repeat([1.0, 1, 0, 0], counts)
    first = np.repeat([1.0, 0, 1, 0], counts)
    assert newcombe(first, second) == pytest.approx(by_counts(*counts), abs=1e-12)


@settings(deadline=None)
@given(ROWS)
def test_it_turns_its_sign_with_the_order_and_contains_the_difference(rows):
    first, second = rows.astype(float)
    low, high = newcombe(first, second)
    mean = second.mean() - first.mean()
    assert low - 1e-12 <= mean <= high + 1e-12
    assert newcombe(second, first) == pytest.approx((-high, -low), abs=1e-12)
    found = difference(rows[:1], rows[1:])
    assert found.mean == pytest.approx(mean, abs=1e-12)
    assert found.low <= low and high <= found.high


@settings(deadline=None)
@given(ROWS)
def test_a_condition_does_not_differ_from_itself(rows):
    found = difference(rows, rows)
    assert found.low <= 0 <= found.high and found.mean == 0
    assert found.low < found.high, "equal answers of few rows prove nothing"


def test_what_is_always_right_differs_from_what_never_is():
    wrong, right = np.zeros((1, 40), bool), np.ones((3, 40), bool)
    found = difference(wrong, right)
    assert found.mean == 1 and found.low > 0.8
    assert chance_of_spread(np.concatenate([wrong, right])) < 0.01
    assert worst_and_best([right, wrong, right, wrong]) == (1, 0)


def test_chance_of_a_spread_is_what_counting_all_shuffles_gives():
    correct = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]], bool)
    columns = [list(set(itertools.permutations(column))) for column in correct.T.tolist()]
    spreads = [np.ptp(np.array(shuffled).sum(0)) for shuffled in itertools.product(*columns)]
    exact = np.mean(np.array(spreads) >= np.ptp(correct.sum(1)))
    # 1,000 shuffles: four standard deviations
    assert abs(chance_of_spread(correct) - exact) < 4 * math.sqrt(exact * (1 - exact) / 1000) + 0.001
    assert chance_of_spread(np.ones((3, 4), bool)) == 1


def test_equal_conditions_are_seldom_taken_for_different_ones():
    """At 95 % at most one in twenty, and three standard deviations of 200 tries."""
    draws = np.random.default_rng(7)
    wrongly = many = 0
    for seed in range(200):
        likely = draws.random(40)
        found = difference(draws.random((3, 40)) < likely, draws.random((3, 40)) < likely, seed)
        wrongly += found.low > 0 or found.high < 0
        many += chance_of_spread(draws.random((24, 40)) < likely, seed) <= 0.05
    most = 200 * (0.05 + 3 * math.sqrt(0.05 * 0.95 / 200))
    assert wrongly <= most and many <= most
