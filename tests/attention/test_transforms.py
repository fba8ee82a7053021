from __future__ import annotations

import numpy as np
import pytest

from demos.attention.viewer.transforms import axes, removed_mass, transform
from demos.errors import BadInput
from demos.nlp.tokens import Token
from tests.closeness import ARRAYS, assert_close

# [CLS] un believable . [SEP], the middle two one word
TOKENS = tuple(
    Token(text, text, i, special, special, 0, word)
    for i, (text, special, word) in enumerate(
        [("[CLS]", True, 0), ("un", False, 1), ("believable", False, 1), (".", False, 2), ("[SEP]", True, 3)]
    )
)
WEIGHTS = np.random.default_rng(0).dirichlet(np.ones(5), size=(2, 3, 5)).astype(np.float32)


def apply(special, words):
    plan = axes(TOKENS, TOKENS, special, words)
    return transform(WEIGHTS, plan, special, words), plan


def test_hiding_removes_rows_and_columns_and_measures_what_is_gone():
    shown, plan = apply("hide", "tokens")
    np.testing.assert_array_equal(shown, WEIGHTS[..., 1:4, 1:4])
    assert_close(removed_mass(WEIGHTS, plan), 1 - shown.sum(-1), atol=ARRAYS)


def test_renormalised_rows_sum_to_one_and_keep_their_proportions():
    shown, _ = apply("renormalise", "tokens")
    assert_close(shown.sum(-1), 1, atol=ARRAYS)
    hidden, _ = apply("hide", "tokens")
    assert_close(shown, hidden / hidden.sum(-1, keepdims=True), atol=ARRAYS)


def test_a_row_with_nothing_left_stays_zero():
    weights = np.zeros((5, 5), np.float32)
    weights[:, 0] = 1
    plan = axes(TOKENS, TOKENS, "renormalise", "tokens")
    assert not transform(weights, plan, "renormalise", "tokens").any()
    np.testing.assert_array_equal(removed_mass(weights, plan), [1, 1, 1])


def test_merging_by_hand():
    merged, plan = apply("show", "sum")
    assert [token.text for token in plan.keys] == ["[CLS]", "unbelievable", ".", "[SEP]"]
    assert_close(merged[..., 0, 1], WEIGHTS[..., 0, 1] + WEIGHTS[..., 0, 2], atol=ARRAYS)
    assert_close(merged[..., 1, 0], WEIGHTS[..., 1:3, 0].mean(-1), atol=ARRAYS)
    assert_close(merged.sum(-1), 1, atol=ARRAYS)
    mean, _ = apply("show", "mean")
    assert_close(mean[..., 1, 1], WEIGHTS[..., 1:3, 1:3].mean((-1, -2)), atol=ARRAYS)


def test_removed_mass_of_a_word_is_the_mean_of_its_tokens():
    _, plan = apply("hide", "sum")
    by_token = removed_mass(WEIGHTS, axes(TOKENS, TOKENS, "hide", "tokens"))
    assert_close(removed_mass(WEIGHTS, plan)[..., 0], by_token[..., :2].mean(-1), atol=ARRAYS)


def test_nothing_changes_when_nothing_is_asked():
    shown, plan = apply("show", "tokens")
    assert shown is WEIGHTS
    assert not removed_mass(WEIGHTS, plan).any()


def test_only_special_tokens_cannot_be_hidden():
    with pytest.raises(BadInput, match="Show the special tokens"):
        axes(TOKENS[:1], TOKENS[:1], "hide", "tokens")
