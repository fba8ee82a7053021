"""Erasure curves of functions whose answers are known by hand."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from demos.debate.methods.erasure import RANDOM_ORDERS, SHARES, curves, levels
from tests.closeness import OURS, assert_close


def weighted(weights):
    """A predictor: the sum of the weights of the words that are kept."""
    return lambda kept: kept @ np.array(weights)


def test_a_sum_of_words_by_hand():
    weights = [0.4, 0.1, 0.3, 0.2]
    found = curves({"right": np.array(weights)}, weighted(weights))[0]["right"]
    assert_close(found.comprehensiveness, [0, 0.4, 0.7, 0.9, 1.0], atol=OURS)
    assert_close(found.sufficiency, [1.0, 0.6, 0.3, 0.1, 0.0], atol=OURS)
    # 1, 5, 10 and 20 % of four words are one word, 50 % are two.
    assert_close(found.area_comprehensiveness, (4 * 0.4 + 0.7) / 5, atol=OURS)
    assert_close(found.area_sufficiency, (4 * 0.6 + 0.3) / 5, atol=OURS)
    assert found.flip == 0.5  # 0.6 is left without the first word, 0.3 without two


def test_the_order_ignores_signs_and_a_wrong_order_does_worse():
    weights = [0.4, 0.1, 0.3, 0.2]
    found, _ = curves(
        {"signed": np.array([-4.0, 1, -3, 2]), "wrong": np.array([1.0, 4, 2, 3])}, weighted(weights)
    )
    assert_close(found["signed"].area_comprehensiveness, (4 * 0.4 + 0.7) / 5, atol=OURS)
    assert found["wrong"].area_comprehensiveness < found["signed"].area_comprehensiveness
    assert found["wrong"].flip == 0.75


def test_a_decision_that_never_flips_has_no_share():
    found, _ = curves({"any": np.arange(3.0)}, lambda kept: np.full(len(kept), 0.9))
    assert math.isnan(found["any"].flip) and math.isnan(found["random"].flip)
    assert np.abs(found["any"].comprehensiveness).max() == 0


def test_an_undefined_ranking_has_undefined_curves():
    found, _ = curves(
        {"undefined": np.array([np.nan, 1.0]), "fine": np.array([1.0, 2.0])}, weighted([0.5, 0.5])
    )
    assert np.isnan(found["undefined"].comprehensiveness).all()
    assert math.isnan(found["undefined"].area_sufficiency)
    assert not np.isnan(found["fine"].comprehensiveness).any()


@given(st.integers(1, 100))
def test_levels_start_with_none_end_with_all_and_hold_the_bins(words):
    steps = levels(words)
    assert steps[0] == 0 and steps[-1] == words
    assert set(np.ceil(np.array(SHARES) * words)) <= set(steps)
    assert (np.diff(steps) > 0).all()
    assert len(steps) == words + 1 if words <= 12 else len(steps) <= 18


@given(st.integers(1, 40), st.integers(0, 99))
def test_nothing_removed_changes_nothing_and_everything_kept_is_enough(words, seed):
    scores = np.random.default_rng(seed).normal(size=words)
    chance = np.random.default_rng(seed + 1).random(words)
    for curve in curves({"any": scores}, lambda kept: (kept @ chance) / words)[0].values():
        assert curve.comprehensiveness[0] == 0
        assert curve.sufficiency[-1] == 0
        assert_close(curve.comprehensiveness[-1], curve.sufficiency[0], atol=OURS)


def test_each_variant_is_asked_for_once():
    asked = []

    def predict(kept):
        asked.append(kept)
        return kept.mean(1)

    curves({"a": np.arange(6.0), "b": np.arange(6.0), "c": -np.arange(6.0)}, predict)
    [variants] = asked
    assert len(variants) == len({tuple(row) for row in variants.tolist()})


def test_random_orders_fall_as_their_mean_curve_says_and_beat_an_order_of_chance_as_often_as_they_should():
    """A ranking chosen beforehand, random itself, beats all 19 in 1 of 20 cases."""
    weights, chance = np.random.default_rng(0).random(12), np.random.default_rng(1)
    beaten = []
    for seed in range(400):
        found, falls = curves({"any": chance.random(12)}, weighted(weights), seed)
        assert len(falls) == RANDOM_ORDERS
        assert_close(found["random"].area_comprehensiveness, falls.mean(), atol=OURS)
        beaten.append(found["any"].area_comprehensiveness > falls.max())
    assert abs(np.mean(beaten) - 1 / (RANDOM_ORDERS + 1)) < 0.035
