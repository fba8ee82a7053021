"""The five schemes against the library's own tables, and what each must not notice."""

from __future__ import annotations

import pytest
import torch
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb
from transformers.models.marian.modeling_marian import MarianSinusoidalPositionalEmbedding
from transformers.models.t5.modeling_t5 import T5Attention

from demos.models.own_configs import PositionsConfig
from demos.models.positions import SCHEMES, PositionsModel, TooLong, angles, buckets, rotated, sines
from tests.closeness import ARRAYS, OURS, assert_close

IDS = torch.tensor([[7, 5, 9, 12, 5, 3, 14]])


@pytest.fixture(scope="module")
def model() -> PositionsModel:
    torch.manual_seed(0)
    model = PositionsModel(
        PositionsConfig(
            vocab_size=20, hidden_size=16, intermediate_size=24, num_attention_heads=2, trained_length=8
        )
    ).double()
    for name, parameter in model.named_parameters():
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.4)
    return model.eval().requires_grad_(False)


def test_sines_are_marians():
    table = MarianSinusoidalPositionalEmbedding(40, 16)
    assert_close(sines(40, 16, torch.zeros(1).double()), table.create_weight(), ARRAYS)


def test_rotation_is_llamas():
    config = LlamaConfig(hidden_size=16, num_attention_heads=2, rope_theta=10_000.0)
    query, key = torch.randn(2, 2, 2, 9, 8)
    cosine, sine = LlamaRotaryEmbedding(config)(query, torch.arange(9)[None])
    for ours, theirs in zip(
        (rotated(query), rotated(key)), apply_rotary_pos_emb(query, key, cosine, sine), strict=True
    ):
        assert_close(ours, theirs, 10 * ARRAYS)


@pytest.mark.parametrize(("count", "furthest"), [(32, 16), (32, 128), (16, 40)])
def test_buckets_are_t5s(count, furthest):
    distances = torch.arange(-300, 301)
    expected = T5Attention._relative_position_bucket(distances, True, count, furthest)
    assert torch.equal(buckets(distances, count, furthest), expected)


def test_a_rotated_product_depends_on_the_distance_alone():
    query, key = torch.randn(2, 8).double()
    scores = rotated(query.expand(9, 8)) @ rotated(key.expand(9, 8)).T
    for distance in range(-8, 9):
        diagonal = scores.diagonal(distance)
        assert_close(diagonal, diagonal[:1].expand_as(diagonal), OURS)
    turned = angles(9, 8, query)
    assert_close(turned[3], 3 * turned[1], OURS)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_only_without_positions_shuffled_words_keep_their_scores(model, scheme):
    """Without positions an encoder is equivariant: what is permuted goes out as it came in, permuted."""
    order = torch.tensor([4, 2, 6, 0, 5, 1, 3])
    apart = (model(IDS[:, order], scheme) - model(IDS, scheme)[:, order]).abs().max()
    assert (apart < 1e-12) if scheme == "none" else (apart > 1e-3), apart


@pytest.mark.parametrize("scheme", ["rotary", "relative"])
def test_only_differences_of_positions_matter_to_relative_schemes(model, scheme):
    """What both ends of a distance share cancels out: scores of a pair are those of the same pair later."""
    encoder = model.schemes[scheme]
    pair = torch.tensor([[7, 5]])
    bias = encoder.distance_bias(6)[:, 4:, 4:] if scheme == "relative" else None
    if bias is not None:
        assert torch.equal(bias, encoder.distance_bias(2))
    states = encoder.embedding(pair)
    if scheme == "rotary":
        long = torch.cat([states.expand(1, 2, 16), states, states], 1)
        both = [rotated(long)[0, start : start + 2] for start in (2, 4)]
        assert_close(both[0] @ both[0].T, both[1] @ both[1].T, OURS)


def test_learned_positions_end_with_their_table(model):
    longer = torch.ones(1, 9, dtype=torch.long)
    with pytest.raises(TooLong, match="9 tokens, but 8"):
        model(longer, "learned")
    for scheme in SCHEMES:
        if scheme != "learned":
            assert model(longer, scheme).shape == (1, 9, 20)


def test_rows_of_a_batch_do_not_meet(model):
    rows = torch.cat([IDS, IDS.flip(1)])
    for scheme in SCHEMES:
        assert_close(model(rows, scheme)[:1], model(IDS, scheme), OURS)
