"""Divergences and rank agreement against scipy and hand-computed cases."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import kendalltau

from demos.debate.methods.divergence import jensen_shannon, kl_divergence, total_variation
from demos.debate.methods.rank_correlation import (
    MIN_WORDS,
    chance,
    chance_spread,
    kendall,
    ranks,
    tau_matrix,
)
from tests.closeness import ARRAYS, OURS, assert_close


def distributions(n, seed):
    p, q = np.random.default_rng(seed).dirichlet(np.full(n, 0.4), size=2)
    return torch.tensor(p), torch.tensor(q)


@given(st.integers(2, 30), st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_divergences_agree_with_scipy(n, seed):
    p, q = distributions(n, seed)
    assert_close(float(jensen_shannon(p, q)), jensenshannon(p, q) ** 2, atol=OURS)
    assert_close(float(jensen_shannon(p, q)), float(jensen_shannon(q, p)), atol=OURS)
    assert 0 <= float(jensen_shannon(p, q)) <= math.log(2) + 1e-9
    assert float(kl_divergence(p, p)) == 0


def test_divergences_at_their_ends():
    p, q = torch.tensor([0.5, 0.5, 0.0, 0.0]), torch.tensor([0.0, 0.0, 0.25, 0.75])
    assert_close(float(jensen_shannon(p, q)), math.log(2), atol=ARRAYS)
    assert_close(float(total_variation(torch.tensor(0.2), torch.tensor(0.9))), 0.7, atol=ARRAYS)


@given(st.floats(0, 1), st.floats(0, 1))
def test_total_variation_is_half_the_distance_of_the_two_classes(p, q):
    both = 0.5 * (abs(p - q) + abs((1 - p) - (1 - q)))
    assert_close(float(total_variation(torch.tensor(p), torch.tensor(q))), both, atol=ARRAYS)


@given(st.integers(MIN_WORDS, 20), st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_tau_agrees_with_scipy_and_with_itself(n, seed):
    a, b = np.random.default_rng(seed).random((2, n))
    expected = kendalltau(np.round(a / a.max(), 6), np.round(b / b.max(), 6))
    assert_close(kendall(a, b).tau, expected.statistic, atol=OURS)
    assert_close(kendall(a, b).p_value, expected.pvalue, atol=OURS)
    assert_close(kendall(a, a).tau, 1, atol=OURS)
    # Ranks, since numbers that are nearly equal may be tied after rounding on one side alone.
    ranks = np.argsort(np.argsort(a)) + 1.0
    assert_close(kendall(ranks, n + 1 - ranks).tau, -1, atol=OURS)


def test_signs_are_ignored():
    assert kendall(np.array([-3.0, 1.0, 2.0, 4.0]), np.array([3.0, -1.0, -2.0, 4.0])).tau == 1


@pytest.mark.parametrize(
    "constant",
    [np.ones(4), np.zeros(4), np.full(4, 1 / 3) + np.array([1e-9, 0, -1e-9, 0]), np.array([1, 2, 3, np.nan])],
)
def test_tau_of_a_constant_or_undefined_ranking_is_undefined(constant):
    found = kendall(constant, np.arange(4.0))
    assert math.isnan(found.tau) and math.isnan(found.p_value)


@pytest.mark.parametrize("words", [1, 2, 3])
def test_tau_of_very_few_words_is_withheld(words):
    assert math.isnan(kendall(np.arange(words) + 1.0, np.arange(words) + 1.0).tau)
    assert math.isnan(chance(words))
    assert kendall(np.arange(4.0), np.arange(4.0)).tau == 1


@pytest.mark.parametrize("words", [4, 5, 6, 7])
def test_the_band_of_chance_is_that_of_all_orders(words):
    taus = np.array([kendalltau(range(words), order).statistic for order in permutations(range(words))])
    band = chance(words)
    assert (np.abs(taus) <= band + 1e-9).mean() >= 0.95
    inside = np.abs(taus)[np.abs(taus) < band - 1e-9].max()
    assert (np.abs(taus) <= inside + 1e-9).mean() < 0.95, "no narrower band would do"
    assert_close(chance_spread(words), taus.std(), atol=OURS)


def test_the_band_of_chance_narrows_with_the_words():
    bands = [chance(words) for words in (4, 10, 30, 100)]
    assert bands[0] == 1 and bands == sorted(bands, reverse=True)
    assert abs(bands[-1] - 1.96 * chance_spread(100)) <= 0.003


def test_the_matrix_is_symmetric_with_ones_where_a_ranking_meets_itself():
    scores = list(np.random.default_rng(0).random((4, 9))) + [np.ones(9)]
    tau, p_value = tau_matrix(scores)
    np.testing.assert_array_equal(tau, tau.T)
    assert_close(np.diag(tau)[:4], 1, atol=OURS)
    assert np.isnan(tau[4]).all() and np.isnan(p_value[:, 4]).all()


def test_tied_words_share_their_mean_rank():
    assert ranks(np.array([0.1, -0.9, 0.5, 0.5])).tolist() == [4, 1, 2.5, 2.5]
    assert np.isnan(ranks(np.array([0.1, np.nan]))).all()
