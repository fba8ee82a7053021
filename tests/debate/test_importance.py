"""Rankings of words against captum, finite differences and hand-computed cases."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients, Saliency

from demos.debate.faithfulness.compute import RANKINGS, RankingInputs
from demos.debate.methods import additive as additive_kind
from demos.debate.methods import transformer as transformer_kind
from demos.debate.methods.classifier import classifier_of, importances_of, leave_one_out
from demos.debate.methods.gradients import gradient_at, integrated_gradients
from demos.debate.methods.transformer_importance import chefer
from demos.models.additive_attention import AttentionClassifier, pad
from tests.closeness import OURS, assert_close
from tests.debate.models import additive, sentence, transformer

WORDS = sentence(5, 9, 5, 30, 12)
TEXT = "the unbelievable cat sat on a mat !"


def case(name):
    """A leased model, a sentence, its vectors, the function of them, and what IG starts from."""
    if name == "transformer":
        loaded = transformer()
        item = transformer_kind.sentence(loaded, TEXT)
        vectors, function = transformer_kind.of_vectors(loaded, item)
        start = vectors.clone()
        start[1:-1] = loaded.model.get_input_embeddings().weight[0]
        return loaded, item, vectors, function, start
    loaded = additive(name)
    ids = additive_kind.padded([WORDS])
    vectors = loaded.model.base.embedding(ids)[0]
    start = torch.zeros_like(vectors)
    start[[0, -1]] = vectors[[0, -1]]
    return loaded, WORDS, vectors, additive_kind._of_vectors(loaded.model.base, ids), start


def per_word(name, scores, item):
    return transformer_kind.per_word(scores, item) if name == "transformer" else scores[1:-1]


NAMES = ["bilstm", "average", "transformer"]


@pytest.mark.parametrize("name", NAMES)
def test_integrated_gradients_agree_with_captum_and_are_complete(name):
    loaded, item, vectors, function, start = case(name)
    ours, baseline = classifier_of(loaded).path_integral(loaded, item)
    captums = IntegratedGradients(function).attribute(vectors[None], start[None], n_steps=50)[0].sum(-1)
    assert_close(ours, per_word(name, captums, item).detach(), atol=1e-4)
    assert_close(ours.sum().item(), function(vectors[None]).item() - baseline, atol=1e-4)
    assert_close(baseline, function(start[None]).item(), atol=OURS)


def test_integrated_gradients_of_a_polynomial_are_exact():
    start, end = torch.zeros(2, 1).double(), torch.tensor([[2.0], [3.0]]).double()
    found, baseline = integrated_gradients(lambda x: x[:, 0, 0] ** 2 * x[:, 1, 0], start, end)
    # On the straight path t: 2 * 2t * 3t * 2 and (2t)^2 * 3, integrated: 8 and 4.
    assert_close(found[:, 0], torch.tensor([8.0, 4.0]), atol=OURS)
    assert baseline == 0


@pytest.mark.parametrize("name", NAMES)
def test_gradients_agree_with_captum(name):
    loaded, item, vectors, function, _ = case(name)
    scores = importances_of(loaded).importances(loaded, item)
    slope = Saliency(function).attribute(vectors[None], abs=False)[0]
    product = InputXGradient(function).attribute(vectors[None])[0].sum(-1)
    assert_close(gradient_at(function, vectors), slope, atol=OURS)
    expected = {"gradient": slope.norm(dim=-1), "gradient_x_input": product}
    for method, tokens in expected.items():
        assert_close(scores[method], per_word(name, tokens.detach(), item), atol=1e-4)


def test_the_bilstms_own_gradient_measure_agrees_with_finite_differences():
    model: AttentionClassifier = additive().model.base.double()
    ids = pad([[5, 9, 5, 30, 1]])
    importance = additive_kind.gradient_importance(model, ids)[0]
    embedded = model.embedding(ids)
    fixed = model.attend(model.encode_embedded(embedded, ids))

    def probability(scaled):
        return model.classify(model.encode_embedded(scaled, ids), fixed).sigmoid().item()

    slopes = []
    for i in range(ids.shape[1]):
        step = torch.zeros_like(embedded)
        step[0, i] = embedded[0, i] * 1e-5
        slopes.append(abs(probability(embedded + step) - probability(embedded - step)) / 2e-5)
    assert_close(importance[1:-1].numpy(), slopes[1:-1], atol=OURS)
    assert importance[[0, -1]].abs().max() == 0


def test_a_transformers_gradient_with_attention_fixed_agrees_with_finite_differences():
    loaded, item, vectors, function, _ = case("transformer")
    own = {}
    with transformer_kind.record(lambda module, weights: own.setdefault(module, weights)):
        function(vectors[None])
    found = transformer_kind.fixed_gradient(loaded, item)
    slopes = torch.zeros(len(vectors))
    for i in range(len(vectors)):
        values = []
        for sign in (1, -1):
            moved = vectors.clone()
            moved[i] *= 1 + sign * 1e-2
            with transformer_kind.record(lambda module, weights: own[module]):
                values.append(function(moved[None]).item())
        slopes[i] = (values[0] - values[1]) / 2e-2
    assert_close(found, transformer_kind.per_word(slopes, item).abs(), atol=2e-3)
    assert found.max() > 0.01


@pytest.mark.parametrize("name", NAMES)
def test_leave_one_out_equals_single_runs(name):
    loaded, item, *_ = case(name)
    whole = classifier_of(loaded).read(loaded, [item]).probability.item()
    for i, change in enumerate(leave_one_out(loaded, item, "delete")):
        rest = type(item)(*(part[:i] + part[i + 1 :] for part in (item.words, item.ids, item.unknown)))
        without = classifier_of(loaded).read(loaded, [rest]).probability.item()
        assert_close(change, whole - without, atol=OURS)


@pytest.mark.parametrize("name", NAMES)
def test_leaving_words_out_by_mask_agrees_with_captums_ablation(name):
    loaded, item, *_ = case(name)
    flat = torch.tensor([[i for word in item.ids for i in word]])
    if name == "transformer":
        mask = loaded.tokenizer.mask_token_id
        owner = torch.tensor([[w for w, ids in enumerate(item.ids) for _ in ids]])
        frame = lambda ids: torch.cat([torch.tensor([[2]]), ids, torch.tensor([[3]])], dim=1)  # noqa: E731
        function = lambda ids: transformer_kind.positive(loaded, {"input_ids": frame(ids)})  # noqa: E731
    else:
        mask, owner = 1, torch.arange(len(item.words))[None]
        function = lambda ids: loaded.model.base(pad(ids.tolist()))[0].sigmoid()  # noqa: E731
    ablated = FeatureAblation(function).attribute(flat, baselines=mask, feature_mask=owner)
    first = torch.tensor([owner[0].tolist().index(w) for w in range(len(item.words))])
    assert_close(leave_one_out(loaded, item, "mask"), ablated[0, first], atol=1e-4)


def test_leave_one_out_of_an_additive_bag_of_words_gives_each_term():
    # Without context and with uniform attention the logit is a bias and the mean of one term per word.
    loaded = additive("average")
    model = loaded.model.base.double()
    model.vector.weight.zero_()
    item = sentence(5, 9, 30, 12)
    states = model.encode(additive_kind.padded([item])).states[0, 1:-1]
    terms = (states @ model.output.weight[0]).tolist()
    bias = model.output.bias.item()

    def probability(kept):
        return 1 / (1 + np.exp(-(bias + np.mean(kept))))

    expected = [probability(terms) - probability(terms[:i] + terms[i + 1 :]) for i in range(4)]
    assert_close(leave_one_out(loaded, item, "delete"), expected, atol=OURS)


def test_forbidding_attention_leaves_nothing_of_a_word_in_a_transformer():
    loaded = transformer()
    item = transformer_kind.sentence(loaded, "the cat sat")
    other = transformer_kind.sentence(loaded, "the dog sat")
    kept = torch.tensor([[True, False, True]])
    first = transformer_kind.erased(loaded, item, kept, "attention")
    assert_close(first, transformer_kind.erased(loaded, other, kept, "attention"), atol=OURS)
    whole = torch.ones(1, 3, dtype=torch.bool)
    assert transformer_kind.erased(loaded, item, whole, "attention") != first


def test_forbidding_attention_scales_the_rest_of_the_bilstms_weights_to_one():
    loaded = additive()
    reading = additive_kind.read(loaded, [WORDS])
    weights = reading.attention[0, 0] * torch.tensor([1, 0, 1, 1, 0])
    expected = reading.classify((weights / weights.sum())[None, None])
    kept = torch.tensor([[True, False, True, True, False]])
    assert_close(additive_kind.erased(loaded, WORDS, kept, "attention"), expected, atol=OURS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["delete", "mask", "attention"])
def test_nothing_erased_is_the_whole_and_everything_erased_is_defined(name, kind):
    loaded, item, *_ = case(name)
    count = len(item.words)
    kept = torch.stack([torch.ones(count, dtype=torch.bool), torch.zeros(count, dtype=torch.bool)])
    whole, nothing = classifier_of(loaded).erased(loaded, item, kept, kind)
    expected = classifier_of(loaded).read(loaded, [item]).probability[0]
    assert_close(whole, expected, atol=OURS)
    assert 0 < nothing < 1


def test_chefers_rule_by_hand():
    weights = torch.tensor([[[[0.5, 0.5], [0.2, 0.8]]], [[[1.0, 0.0], [0.4, 0.6]]]])
    gradients = torch.tensor([[[[1.0, -1.0], [2.0, 0.5]]], [[[3.0, 1.0], [-1.0, 2.0]]]])
    first = torch.eye(2) + torch.tensor([[0.5, 0.0], [0.4, 0.4]])
    expected = first + torch.tensor([[3.0, 0.0], [0.0, 1.2]]) @ first
    assert_close(chefer(weights, gradients), expected, atol=OURS)


def test_a_transformers_scores_by_attention_agree_with_eager_attention():
    loaded = transformer()
    item = transformer_kind.sentence(loaded, TEXT)
    found = importances_of(loaded).importances(loaded, item)
    loaded.model.set_attn_implementation("eager")
    vectors = loaded.model.get_input_embeddings()(loaded.tokenizer(TEXT, return_tensors="pt")["input_ids"])
    output = loaded.model(
        inputs_embeds=vectors.requires_grad_(), output_attentions=True, output_hidden_states=True
    )
    attentions = output.attentions
    gradients = torch.autograd.grad(output.logits.softmax(-1)[0, 1], attentions)
    relevance = rolled = torch.eye(vectors.shape[1]).to(vectors)
    for weights, gradient in zip(attentions, gradients, strict=True):
        relevance = relevance + (weights * gradient)[0].clamp_min(0).mean(0) @ relevance
        rolled = (0.5 * weights[0].mean(0) + 0.5 * torch.eye(len(rolled))) @ rolled
    last = loaded.model.bert.encoder.layer[-1].attention
    values = last.self.value(output.hidden_states[-2])[0]
    handed = values.new_zeros(len(values), 32)
    for head in range(4):
        own = slice(head * 8, head * 8 + 8)
        part = values[:, own] @ last.output.dense.weight[:, own].T
        handed += attentions[-1][0, head, 0, :, None] * part
    expected = {
        "attention": attentions[-1][0, :, 0].mean(0),
        "attention_mean": torch.stack(attentions)[:, 0, :, 0].mean((0, 1)),
        "attention_gradient": relevance[0],
        "rollout": rolled[0],
        "norm": handed.norm(dim=-1),
    }
    for name, tokens in expected.items():
        words = transformer_kind.per_word(tokens.detach(), item)
        assert_close(found[name], words, atol=OURS)


def test_the_bilstms_scores_by_attention_by_hand():
    loaded = additive()
    model = loaded.model.base
    found = importances_of(loaded).importances(loaded, WORDS)
    encoded = model.encode(additive_kind.padded([WORDS]))
    attention = model.attend(encoded)[0]
    for i in range(len(WORDS.words)):
        state = encoded.states[0, i + 1]
        assert_close(found["attention"][i], attention[i + 1].item(), atol=OURS)
        assert_close(found["norm"][i], (attention[i + 1] * state).norm().item(), atol=OURS)
        moved = attention.repeat(2, 1)
        moved[0, i + 1] += 1e-2
        moved[1, i + 1] -= 1e-2
        up, down = model.classify(encoded, moved[:, None]).sigmoid()[:, 0].tolist()
        slope = max(0.0, attention[i + 1].item() * (up - down) / 2e-2)
        assert_close(found["attention_gradient"][i], slope, atol=OURS)


@pytest.mark.parametrize("seed", range(4))
def test_integrated_gradients_of_long_texts_add_up_or_are_undefined(runner, seed):
    known = (
        "a the film is not dull but warm moving story with bad good jokes great cast boring ending".split()
    )
    text = " ".join(random.Random(seed).choices(known, k=90))
    answer = runner(RANKINGS, RankingInputs(text, "debate-bilstm"))
    score = answer.scores[[method.name for method in answer.methods].index("integrated_gradients")]
    if not np.isnan(score).any():
        assert abs(score.sum() - answer.completeness_expected) <= 1.1e-3  # the quadrature's own tolerance
    assert np.isnan(score).all() == np.isnan(answer.completeness)


def test_a_path_that_does_not_add_up_is_undefined():
    start, end = torch.zeros(1, 1), torch.ones(1, 1)
    found, _ = integrated_gradients(lambda x: (x[:, 0, 0] > 0.37).float() + 0 * x[:, 0, 0], start, end)
    assert found.isnan().all()
