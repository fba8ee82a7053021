"""Other attention with both kinds of classifiers: what must and what must not change the output."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.debate.methods import additive as additive_kind
from demos.debate.methods import transformer as transformer_kind
from demos.debate.methods.additive import reading_of
from demos.debate.methods.perturbation import (
    permuted,
    probabilities_alone,
    probability_under,
    shuffle,
    uniform_probability,
)
from demos.models.additive_attention import END, START, pad
from tests.closeness import OURS, assert_close
from tests.debate.models import additive, classifier, sentence, transformer

SENTENCES = [[5, 9, 5, 30, 1], [7], [8, 8, 8], list(range(10, 40))]
TEXTS = ["the cat sat on a mat", "unbelievable !", "dog", "it was too tired , and the dog ran to the house ."]


def readings():
    bert = transformer()
    items = [transformer_kind.sentence(bert, text) for text in TEXTS]
    return [reading_of(classifier(), pad(SENTENCES)), transformer_kind.read(bert, items)]


@pytest.mark.parametrize("encoder", ["bilstm", "average"])
def test_batched_equals_one_by_one(encoder):
    model = classifier(encoder)
    logits, attention = model(pad(SENTENCES))
    for i, words in enumerate(SENTENCES):
        alone, weights = model(pad([words]))
        assert_close(logits[i], alone[0], atol=OURS)
        assert_close(attention[i, : len(words) + 2], weights[0], atol=OURS)


def test_additive_attention_is_on_words_only():
    ids = pad(SENTENCES)
    _, attention = classifier()(ids)
    assert_close(attention.sum(-1), torch.ones(len(SENTENCES)), atol=OURS)
    no_words = (ids == 0) | (ids == START) | (ids == END)
    assert attention[no_words].max() == 0
    assert attention[~no_words].min() > 0


def test_the_average_encoder_sees_no_context_and_the_bilstm_does():
    ids = pad([[5, 9, 30], [5, 40, 30]])
    average, bilstm = classifier("average").encode(ids).states, classifier().encode(ids).states
    assert_close(average[0, 1], average[1, 1], atol=OURS)
    assert (bilstm[0, 1] - bilstm[1, 1]).abs().max() > 1e-3


def test_own_attention_put_back_gives_the_models_own_output():
    bilstm, bert = readings()
    assert_close(bilstm.probability, classifier()(pad(SENTENCES))[0].sigmoid(), atol=OURS)
    loaded = transformer()
    for i, text in enumerate(TEXTS):
        inputs = loaded.tokenizer(text, return_tensors="pt")
        expected = loaded.model(**inputs).logits.softmax(-1)[0, 1]
        assert_close(bert.probability[i], expected, atol=OURS)


def test_a_transformers_word_weights_are_the_sums_of_its_last_cls_row():
    loaded = transformer()
    loaded.model.set_attn_implementation("eager")
    inputs = loaded.tokenizer(TEXTS[1], return_tensors="pt")
    row = loaded.model(**inputs, output_attentions=True).attentions[-1][0, :, 0]
    assert loaded.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])[1:4] == ["un", "##believ", "##able"]
    reading = readings()[1]
    words = row[:, 1:5]
    assert_close(reading.attention[1, :, 0], words[:, :4].sum(-1) / words.sum(-1), atol=OURS)
    assert_close(reading.special[1], row[:, 0] + row[:, -1], atol=OURS)


def test_word_weights_equal_an_override_of_the_last_layers_cls_row():
    loaded, text = transformer(), TEXTS[0]
    reading = transformer_kind.read(loaded, [transformer_kind.sentence(loaded, text)])
    chosen = torch.rand(reading.attention.shape, generator=torch.Generator().manual_seed(0))
    chosen = chosen.to(reading.attention).softmax(-1)

    def change(module, weights):
        if module.layer_idx != 1:
            return weights
        weights = weights.clone()
        weights[:, :, 0, 1:-1] = chosen * (1 - reading.special)[..., None]
        return weights

    with transformer_kind.record(change):
        expected = transformer_kind.positive(loaded, loaded.tokenizer(text, return_tensors="pt"))
    assert_close(reading.classify(chosen), expected, atol=OURS)


@pytest.mark.parametrize("encoder", ["bilstm", "average"])
def test_a_linear_logit_gives_the_models_answer_under_any_weights(encoder):
    reading = reading_of(classifier(encoder), pad(SENTENCES))
    drawn = torch.rand((50, *reading.attention.shape), generator=torch.Generator().manual_seed(0)).double()
    weights = (20 * drawn).masked_fill(~reading.words[:, None], float("-inf")).softmax(-1)
    logit = reading.linear.bias + (weights[:, :, 0] * reading.linear.contributions).sum(-1)
    assert_close(logit.sigmoid(), reading.classify(weights), atol=OURS)
    own = reading.linear.bias + (reading.attention[:, 0] * reading.linear.contributions).sum(-1)
    assert_close(own.sigmoid(), classifier(encoder)(pad(SENTENCES))[0].sigmoid(), atol=OURS)


def test_a_transformers_logit_is_not_linear_in_its_weights():
    assert readings()[1].linear is None


@pytest.mark.parametrize("kind", [0, 1])
def test_all_weight_on_one_word_is_each_word_in_turn(kind):
    reading = readings()[kind]
    alone = probabilities_alone(reading)
    for at in range(reading.words.shape[1]):
        weights = torch.zeros_like(reading.attention[:, 0])
        weights[:, at] = 1
        assert_close(alone[at], probability_under(reading, weights), atol=OURS)


@pytest.mark.parametrize("kind", [0, 1])
def test_rows_sum_to_one_over_words_and_vanish_elsewhere(kind):
    reading = readings()[kind]
    assert_close(reading.attention.sum(-1), torch.ones(reading.attention.shape[:2]), atol=OURS)
    outside = ~reading.words[:, None].expand_as(reading.attention)
    assert reading.attention[outside].abs().max() == 0
    assert_close(reading.uniform.sum(-1), torch.ones(reading.attention.shape[:2]), atol=OURS)


@given(st.integers(0, 99), st.sampled_from([0, 1]))
@settings(max_examples=20, deadline=None)
def test_permutations_only_move_weights_among_words(seed, kind):
    reading = readings()[kind]
    own = reading.attention
    shuffled = permuted(own, reading.words, seed, 7)
    assert shuffled.shape == (7, *own.shape)
    outside = ~reading.words[:, None].expand_as(own)
    assert shuffled[:, outside].abs().max() == 0
    assert_close(shuffled.sort(-1).values, own.sort(-1).values.expand_as(shuffled), atol=OURS)


def test_all_heads_are_shuffled_alike():
    attention = torch.tensor([[[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]]])
    shuffled = permuted(attention, torch.ones(1, 3, dtype=torch.bool), 0, 20)[:, 0]
    pairs = {tuple(pair) for variant in shuffled.transpose(1, 2).tolist() for pair in variant}
    assert pairs == {tuple(pair) for pair in attention[0].T.tolist()}


def test_permutations_are_uniformly_distributed():
    words = torch.tensor([[False, True, True, True, False]])
    attention = torch.tensor([[[0.0, 0.5, 0.3, 0.2, 0.0]]])
    shuffled = permuted(attention, words, 0, 6000)[:, 0, 0, 1:4]
    assert len({tuple(row) for row in shuffled.tolist()}) == 6
    assert_close(shuffled.mean(0), torch.full((3,), 1 / 3), atol=0.01)


@pytest.mark.parametrize("kind", [0, 1])
def test_permuting_uniform_weights_changes_nothing(kind):
    reading = readings()[kind]
    moved = permuted(reading.uniform, reading.words, 0, 5)
    assert_close(moved, reading.uniform.expand_as(moved), atol=OURS)
    assert_close(reading.classify(moved), uniform_probability(reading).expand(5, -1), atol=OURS)


def test_identical_states_make_the_output_independent_of_attention():
    loaded = additive("average")
    reading = additive_kind.read(loaded, [sentence(8, 8, 8, 8)])
    weights = torch.tensor([[0.7, 0.1, 0.15, 0.05]]).to(reading.attention)
    assert_close(probability_under(reading, weights), reading.probability, atol=OURS)
    assert_close(shuffle(reading).changes, 0, atol=OURS)


@pytest.mark.parametrize("kind", [0, 1])
def test_one_word_leaves_nothing_to_shuffle(kind):
    reading = readings()[kind]
    alone = reading.words.sum(1) == 1
    assert alone.any()
    assert_close(shuffle(reading).changes[:, alone], 0, atol=OURS)


@pytest.mark.parametrize("kind", [0, 1])
def test_the_median_change_is_the_mean_of_the_middle_two(kind):
    found = shuffle(readings()[kind], count=6)
    middle = found.changes.sort(0).values[2:4].mean(0)
    assert_close(found.median, middle, atol=OURS)


def test_shuffles_that_moved_nothing_are_counted_apart():
    model = classifier()
    two, many = (reading_of(model, pad([ids])) for ids in ([5, 9], list(range(10, 40))))
    found = shuffle(two)
    still = found.unmoved[:, 0]
    assert 30 < still.sum() < 70, "of two words every second shuffle is the identity"
    assert found.changes[still].max() < 1e-6 and found.changes[~still].min() > 1e-6
    assert_close(found.median_moved.item(), found.changes[~still].median().item(), atol=OURS)
    assert not shuffle(many).unmoved.any()
    same = shuffle(reading_of(classifier("average"), pad([[8, 8, 8, 8]])))
    assert same.unmoved.all() and same.median_moved.isnan()
