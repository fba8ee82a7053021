"""Adversaries keep their promises, with both kinds of classifiers."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.debate.claims import cards
from demos.debate.dependence.compute import adversary
from demos.debate.methods import transformer as transformer_kind
from demos.debate.methods.additive import reading_of
from demos.debate.methods.adversary import (
    AdversarySettings,
    adversarial_attention,
    adversary_steps,
    mean_pairwise_divergence,
    told,
)
from demos.debate.methods.divergence import jensen_shannon
from demos.models.additive_attention import pad
from tests.closeness import ARRAYS, OURS, assert_close
from tests.debate.models import WORDS, classifier, transformer
from tests.tiny import WORDS as WORD_PIECES

LONG = list(range(10, 40))
whole_words = [word for word in WORD_PIECES if not word.startswith("##") and word.isalpha()]


def check(reading, epsilon):
    settings_ = AdversarySettings(starts=3, steps=40, epsilon=epsilon)
    found = adversarial_attention(reading, settings_)
    assert found.difference.max() <= epsilon
    assert_close(found.attention.sum(-1), torch.ones(reading.attention.shape[:2]), atol=OURS)
    assert found.attention[~reading.words[:, None].expand_as(found.attention)].abs().sum() == 0
    again = reading.classify(found.attention)
    assert_close(found.probability, again, atol=OURS)
    assert ((again - reading.probability).abs() <= epsilon + 1e-6).all()
    assert (found.divergence[~found.found] == 0).all()


@given(
    st.lists(st.lists(st.integers(4, WORDS - 1), min_size=1, max_size=12), min_size=1, max_size=5),
    st.sampled_from([0.0, 0.001, 0.02, 0.05]),
)
@settings(max_examples=12, deadline=None)
def test_every_adversary_of_the_bilstm_meets_its_epsilon(sentences, epsilon):
    check(reading_of(classifier(seed=1), pad(sentences)), epsilon)


@given(st.lists(st.lists(st.sampled_from(whole_words), min_size=1, max_size=9), min_size=1, max_size=3))
@settings(max_examples=6, deadline=None)
def test_every_adversary_of_a_transformer_meets_its_epsilon(sentences):
    loaded = transformer(seed=1)
    items = [transformer_kind.sentence(loaded, " ".join(words)) for words in sentences]
    check(transformer_kind.read(loaded, items), 0.01)


def test_where_no_start_is_allowed_the_models_own_attention_comes_back():
    reading = reading_of(classifier(seed=1), pad([LONG]))
    found = adversarial_attention(reading, AdversarySettings(starts=2, steps=3, epsilon=1e-12))
    assert not found.found.any()
    assert_close(found.attention, reading.attention, atol=OURS)
    assert found.divergence == 0 and found.difference == 0


def test_optimising_goes_further_than_the_start():
    reading = reading_of(classifier(seed=2), pad([LONG]))
    few = adversarial_attention(reading, AdversarySettings(steps=1))
    many = adversarial_attention(reading, AdversarySettings(steps=300))
    assert many.divergence > few.divergence
    assert 0.3 < many.divergence <= math.log(2)


def test_steps_end_with_what_one_run_finds():
    reading = reading_of(classifier(seed=2), pad([LONG]))
    settings_ = AdversarySettings(steps=25)
    *early, last = adversary_steps(reading, settings_, every=10)
    assert [found.step for found in (*early, last)] == [10, 20, 25]
    assert_close(last.attention, adversarial_attention(reading, settings_).attention, atol=OURS)


def test_sentences_of_a_batch_do_not_disturb_each_other():
    model, settings_ = classifier(seed=3), AdversarySettings(starts=2, steps=30, slack=0)
    with_one, with_other = (
        adversarial_attention(reading_of(model, pad([LONG, second])), settings_)
        for second in (LONG[::-1], [9] * len(LONG))
    )
    assert_close(with_one.attention[0], with_other.attention[0], atol=OURS)
    assert (with_one.attention[1] - with_other.attention[1]).abs().max() > 1e-3


def test_the_search_is_the_papers_loss_under_adam():
    model, settings_ = classifier(seed=3), AdversarySettings(starts=3, steps=12, epsilon=1.0)
    reading = reading_of(model, pad([LONG]))
    own, target = reading.attention[0, 0], reading.probability
    noise = torch.randn((3, 1, 1, len(LONG)), generator=torch.Generator().manual_seed(settings_.seed))
    logits = ((3 * noise[:, 0, 0]).double() + math.log(1 / len(LONG))).requires_grad_()
    optimizer = torch.optim.Adam([logits], lr=0.01, amsgrad=True)

    def divergence(p, q):
        middle = (p + q) / 2
        return ((p * (p / middle).log()).sum(-1) + (q * (q / middle).log()).sum(-1)) / 2

    for _ in range(settings_.steps):
        starts = logits.softmax(-1)
        change = (reading.classify(starts[:, None, None])[:, 0] - target).abs()
        apart = [divergence(starts[i], starts[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
        loss = sum(-divergence(start, own) for start in starts) + sum(500 * (change - 0.01).relu())
        loss = loss - sum(apart) / 3
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = adversarial_attention(reading, settings_)
    expected = logits.detach().softmax(-1)
    best = max(range(3), key=lambda k: divergence(expected[k], own).item())
    assert_close(found.attention[0, 0], expected[best], atol=OURS)


def test_a_thread_that_took_a_step_can_still_compute_gradients():
    steps = adversary_steps(reading_of(classifier(), pad([LONG])), AdversarySettings(steps=4), every=1)
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        for thread in (first, second, first, second):
            thread.submit(next, steps).result()
            assert thread.submit(torch.is_grad_enabled).result()


def test_the_reward_for_different_starts_weighs_a_quarter_more_than_the_mean_over_all_pairs():
    """The authors' code averages over K * K pairs; the search, its page and its API say so."""
    starts = torch.rand(5, 2, 1, 7, generator=torch.Generator().manual_seed(0))
    starts = starts / starts.sum(-1, keepdim=True)
    theirs = jensen_shannon(starts[:, None], starts[None]).mean((0, 1, 3))
    assert_close(mean_pairwise_divergence(starts), 1.25 * theirs, atol=ARRAYS)
    assert "1.25 times theirs" in " ".join((adversary.__doc__ or "").split())
    assert "1.25 times theirs" in cards("adversary")


def test_a_divergence_has_no_more_digits_than_the_starts_allow():
    assert told(0.52849) == 0.53 and math.isnan(told(math.nan))


def test_pairwise_divergence_by_hand():
    starts = torch.tensor([[[[1.0, 0.0]]], [[[0.0, 1.0]]], [[[0.5, 0.5]]]]).double()
    half = jensen_shannon(starts[0], starts[2]).item()
    assert_close(mean_pairwise_divergence(starts).item(), (math.log(2) + 2 * half) / 3, atol=OURS)
    assert mean_pairwise_divergence(torch.rand(1, 2, 1, 5)).abs().max() == 0
