from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.attention.viewer.packing import layer_data, pool, quantise, thumbnails, unpack, weight_scale
from demos.attention.viewer.summary import entropy, summarise
from demos.nlp.attention_capture import capture
from tests import tiny
from tests.closeness import ARRAYS, assert_close


def test_entropy_by_hand():
    rows = np.array([[[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4]], np.float32)
    assert_close(entropy(rows), [[0, 1, 2]], atol=ARRAYS)


def test_summary_agrees_with_a_plain_loop():
    shown = capture(tiny.loaded("Bert"), "the cat sat on the mat .").map("self")
    summary = summarise(shown)
    weights = shown.layers[1].weights().numpy()
    n = weights.shape[1]
    for head in range(4):
        w = weights[head]
        assert_close(summary.first[1, head], np.mean([w[i, 0] for i in range(n)]), atol=ARRAYS)
        assert_close(summary.previous[1, head], np.mean([w[i, i - 1] for i in range(1, n)]), atol=ARRAYS)
        assert_close(summary.next[1, head], np.mean([w[i, i + 1] for i in range(n - 1)]), atol=ARRAYS)
        assert_close(summary.separator[1, head], np.mean([w[i, n - 1] for i in range(n)]), atol=ARRAYS)


def test_undefined_measures_are_nan(smollm2):
    summary = summarise(capture(smollm2, "one two three").map("self"))
    assert np.isnan(summary.next).all()
    assert np.isnan(summary.separator).all()
    single = summarise(capture(smollm2, "one").map("self"))
    assert np.isnan(single.previous).all()
    assert_close(single.first, 1, atol=ARRAYS)


@given(st.integers(0, 999), st.floats(0.01, 50))
@settings(max_examples=50, deadline=None)
def test_bytes_are_off_by_at_most_scale_over_510(seed, top):
    weights = np.random.default_rng(seed).random((2, 5, 6)) * top
    data = layer_data("self", 0, weights)
    back = unpack(data["data"], np.uint8, (2, 5, 6)) / 255 * data["scale"]
    assert np.abs(back - weights).max() <= data["scale"] / 510 * (1 + 1e-9)


def test_probabilities_keep_scale_one_and_nothing_stays_nothing():
    assert weight_scale(np.array([0.2, 1.0])) == 1.0
    assert weight_scale(np.array([0.2, 7.0])) == 7.0
    assert not quantise(np.zeros((2, 2)), 0.0).any()


def test_pooling_keeps_the_largest_weight_of_every_block():
    weights = np.zeros((1, 100, 90), np.float32)
    weights[0, 57, 33] = 0.75
    pooled = pool(weights, 10)
    assert pooled.shape == (1, 10, 10)
    assert pooled[0, 5, 3] == 0.75
    assert pooled.sum() == 0.75
    small = np.random.default_rng(0).random((2, 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(pool(small, 10), small)


def test_thumbnails_hold_every_layer_and_head():
    packed = thumbnails([np.full((3, 2, 2), value, np.float32) for value in (0.0, 1.0)])
    back = unpack(packed["data"], np.uint8, (2, 3, 2, 2))
    assert back[0].max() == 0
    assert back[1].min() == 255
