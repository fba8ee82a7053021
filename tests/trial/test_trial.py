"""The debate's experiments against scipy, hand-computed cases and invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import kendalltau

from demos.trial.adversary import AdversarySettings, adversarial_attention, mean_pairwise_divergence
from demos.trial.classifier import END, START, AttentionClassifier, pad, uniform_attention
from demos.trial.counterfactual import (
    edited,
    permutation_changes,
    permuted,
    probability_under,
    uniform_change,
)
from demos.trial.divergence import jensen_shannon, kl_divergence, total_variation
from demos.trial.rankings import gradient_importance, kendall, leave_one_out, of_words

VOCABULARY = 50
SENTENCES = [[5, 9, 5, 30, 1], [7], [8, 8, 8], list(range(10, 40))]


def classifier(encoder="bilstm", seed=0):
    torch.manual_seed(seed)
    embedding = torch.nn.Embedding(VOCABULARY, 16, padding_idx=0)
    return AttentionClassifier(encoder, embedding).eval().requires_grad_(False)


@pytest.mark.parametrize("encoder", ["bilstm", "average"])
def test_batched_equals_one_by_one(encoder):
    model = classifier(encoder)
    logits, attention = model(pad(SENTENCES))
    for i, sentence in enumerate(SENTENCES):
        alone, weights = model(pad([sentence]))
        torch.testing.assert_close(logits[i], alone[0], atol=1e-6, rtol=1e-5)
        torch.testing.assert_close(attention[i, : len(sentence) + 2], weights[0], atol=1e-6, rtol=1e-5)


def test_attention_is_on_words_only_and_sums_to_one():
    ids = pad(SENTENCES)
    _, attention = classifier()(ids)
    torch.testing.assert_close(attention.sum(-1), torch.ones(len(SENTENCES)))
    no_words = (ids == 0) | (ids == START) | (ids == END)
    assert attention[no_words].max() == 0
    assert attention[~no_words].min() > 0


def test_the_average_encoder_sees_no_context_and_the_bilstm_does():
    ids = pad([[5, 9, 30], [5, 40, 30]])
    average, bilstm = classifier("average").encode(ids).states, classifier().encode(ids).states
    torch.testing.assert_close(average[0, 1], average[1, 1], atol=0, rtol=0)
    assert (bilstm[0, 1] - bilstm[1, 1]).abs().max() > 1e-3


def distributions(n, seed):
    p, q = np.random.default_rng(seed).dirichlet(np.full(n, 0.4), size=2)
    return torch.tensor(p), torch.tensor(q)


@given(st.integers(2, 30), st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_divergences_agree_with_scipy(n, seed):
    p, q = distributions(n, seed)
    assert float(jensen_shannon(p, q)) == pytest.approx(jensenshannon(p, q) ** 2, abs=1e-6)
    assert float(jensen_shannon(p, q)) == pytest.approx(float(jensen_shannon(q, p)), abs=1e-12)
    assert 0 <= float(jensen_shannon(p, q)) <= math.log(2) + 1e-9
    assert float(kl_divergence(p, p)) == 0


def test_divergences_at_their_ends():
    p, q = torch.tensor([0.5, 0.5, 0.0, 0.0]), torch.tensor([0.0, 0.0, 0.25, 0.75])
    assert float(jensen_shannon(p, q)) == pytest.approx(math.log(2))
    assert float(total_variation(torch.tensor(0.2), torch.tensor(0.9))) == pytest.approx(0.7)


def test_own_attention_put_back_changes_nothing():
    model, ids = classifier(), pad(SENTENCES)
    logits, attention = model(ids)
    encoded = model.encode(ids)
    torch.testing.assert_close(probability_under(model, encoded, attention), logits.sigmoid())


@given(st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_permutations_only_move_weights_among_words(seed):
    model, ids = classifier(), pad(SENTENCES)
    encoded = model.encode(ids)
    own = model.attend(encoded)
    shuffled = permuted(own, encoded.words, seed, 7)
    assert shuffled.shape == (7, *own.shape)
    assert shuffled[:, ~encoded.words].abs().max() == 0
    torch.testing.assert_close(shuffled.sort(-1).values, own.sort(-1).values.expand_as(shuffled))


def test_permutations_are_uniformly_distributed():
    words = torch.tensor([[False, True, True, True, False]])
    attention = torch.tensor([[0.0, 0.5, 0.3, 0.2, 0.0]])
    shuffled = permuted(attention, words, 0, 6000)[:, 0, 1:4]
    kinds = {tuple(row) for row in shuffled.tolist()}
    assert len(kinds) == 6
    torch.testing.assert_close(shuffled.mean(0), torch.full((3,), 1 / 3), atol=0.01, rtol=0)


def test_permuting_uniform_weights_changes_nothing():
    model = classifier()
    encoded = model.encode(pad(SENTENCES))
    uniform = uniform_attention(encoded.words)
    assert permutation_changes(model, encoded, uniform, count=5).max() < 1e-6
    assert uniform_change(model, encoded, uniform).max() == 0


def test_identical_states_make_the_output_independent_of_attention():
    model = classifier("average")
    encoded = model.encode(pad([[8, 8, 8, 8]]))
    changes = permutation_changes(model, encoded, torch.tensor([[0, 0.7, 0.1, 0.15, 0.05, 0]]), count=20)
    assert changes.max() < 1e-6


def test_editing_one_weight_keeps_the_others_proportions():
    changed = edited(torch.tensor([0.1, 0.2, 0.3, 0.4]), 3, 0.7)
    torch.testing.assert_close(changed, torch.tensor([0.05, 0.1, 0.15, 0.7]))
    torch.testing.assert_close(edited(torch.tensor([0.0, 1.0]), 1, 0.4), torch.tensor([0.0, 1.0]))


@given(st.lists(st.lists(st.integers(4, VOCABULARY - 1), min_size=1, max_size=12), min_size=1, max_size=5))
@settings(max_examples=12, deadline=None)
def test_every_adversary_meets_its_epsilon(sentences):
    model = classifier(seed=1)
    encoded = model.encode(pad(sentences))
    own = model.attend(encoded)
    settings_ = AdversarySettings(starts=3, steps=40, epsilon=0.02)
    found = adversarial_attention(model, encoded, own, settings_)
    assert found.difference.max() <= 0.02
    torch.testing.assert_close(found.attention.sum(-1), torch.ones(len(sentences)))
    assert found.attention[~encoded.words].abs().sum() == 0
    again = probability_under(model, encoded, found.attention)
    torch.testing.assert_close(found.probability, again, atol=1e-6, rtol=1e-5)
    assert (found.divergence[~found.found] == 0).all()


def test_an_adversary_differs_more_than_any_random_start_that_is_allowed():
    model = classifier(seed=2)
    encoded = model.encode(pad(SENTENCES[3:]))
    own = model.attend(encoded)
    few = adversarial_attention(model, encoded, own, AdversarySettings(steps=1))
    many = adversarial_attention(model, encoded, own, AdversarySettings(steps=300))
    assert many.divergence > few.divergence
    assert 0.3 < many.divergence <= math.log(2)


def test_the_starts_of_one_word_are_all_the_same():
    assert mean_pairwise_divergence(torch.ones(3, 2, 1)).abs().max() == 0
    assert mean_pairwise_divergence(torch.rand(1, 2, 5)).abs().max() == 0


def test_gradients_agree_with_finite_differences():
    model, ids = classifier().double(), pad([SENTENCES[0]])
    importance = gradient_importance(model, ids)[0]
    embedded = model.embedding(ids)
    encoded = model.encode_embedded(embedded, ids)
    fixed = model.attend(encoded)

    def probability(scaled):
        return model.classify(model.encode_embedded(scaled, ids), fixed).sigmoid().item()

    slopes = []
    for i in range(ids.shape[1]):
        step = torch.zeros_like(embedded)
        step[0, i] = embedded[0, i] * 1e-5
        slopes.append(abs(probability(embedded + step) - probability(embedded - step)) / 2e-5)
    by_hand = np.array(slopes[1:-1])
    np.testing.assert_allclose(importance[1:-1].numpy(), by_hand / by_hand.sum(), rtol=1e-5)
    assert importance[[0, -1]].abs().max() == 0


def test_leave_one_out_equals_single_runs():
    model = classifier()
    sentence = SENTENCES[0]
    whole = model(pad([sentence]))[0].sigmoid()
    for i, change in enumerate(leave_one_out(model, sentence)):
        without = model(pad([sentence[:i] + sentence[i + 1 :]]))[0].sigmoid()
        assert float(change) == pytest.approx(abs(float(without - whole)), abs=1e-6)
    assert leave_one_out(model, [7]).isnan().all()


@given(st.integers(2, 20), st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_tau_agrees_with_scipy_and_with_itself(n, seed):
    a, b = np.random.default_rng(seed).random((2, n))
    assert kendall(a, b).tau == pytest.approx(kendalltau(a, b).statistic)
    assert kendall(a, a).tau == pytest.approx(1)
    assert kendall(a, -a).tau == pytest.approx(-1)


def test_tau_of_a_constant_is_undefined():
    assert math.isnan(kendall(np.ones(4), np.arange(4.0)).tau)
    assert math.isnan(kendall(np.array([1.0]), np.array([2.0])).tau)


def test_only_words_are_ranked():
    ids = pad([[5, 1, 9], [4]])
    assert of_words(torch.arange(5), ids[0]).tolist() == [1, 2, 3]
    assert of_words(torch.arange(5), ids[1]).tolist() == [1]
