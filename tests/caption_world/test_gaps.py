"""What stands in a gap is scored by one function, which shows no model more than its architecture may see."""

from __future__ import annotations

import pytest
import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertForPreTraining,
    GPT2Config,
    GPT2LMHeadModel,
)

from demos.caption_world.familiarity import negative_log_likelihood, per_word
from demos.caption_world.gaps import gap_scores
from demos.models.elmo import ElmoConfig, ElmoModel

MASK, SIZE = 4, 20
IDS = torch.tensor([[1, 7, 8, 9, 2, 0], [1, 10, 11, 12, 13, 2]])
SEEN = (IDS != 0).long()
PLACES = torch.tensor([2, 3])


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def bert() -> BertForPreTraining:
    return BertForPreTraining(
        BertConfig(
            vocab_size=SIZE,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=16,
        )
    ).eval()


def gpt2() -> GPT2LMHeadModel:
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=SIZE, n_positions=16, n_embd=16, n_layer=2, n_head=2, bos_token_id=1, eos_token_id=2
        )
    ).eval()


def elmo() -> ElmoModel:
    return ElmoModel(ElmoConfig(vocab_size=SIZE, hidden_size=8, cell_size=16, initializer_range=0.5)).eval()


def bart() -> BartForConditionalGeneration:
    return BartForConditionalGeneration(
        BartConfig(
            vocab_size=SIZE,
            d_model=16,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_position_embeddings=16,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=2,
            init_std=0.5,
        )
    ).eval()


MODELS = {"bert": (bert, MASK), "gpt2": (gpt2, None), "elmo": (elmo, None), "bart": (bart, MASK)}
SIDES = {"bert": "both", "gpt2": "left", "elmo": "both", "bart": "both"}


@pytest.mark.parametrize("name", MODELS)
def test_no_model_sees_what_stands_in_the_gap_or_a_side_that_it_may_not(name):
    build, mask = MODELS[name]
    model = build().double()

    def scores(place: int | None = None) -> torch.Tensor:
        ids = IDS.clone()
        if place is not None:
            ids[0, place] = 15
        return gap_scores(model, ids, SEEN, PLACES, mask)[0]

    whole = scores()
    assert torch.allclose(whole.exp().sum(), torch.tensor(1.0, dtype=torch.float64), atol=1e-9)
    assert torch.equal(scores(2), whole)
    assert not torch.allclose(scores(1), whole, atol=1e-9)
    assert torch.allclose(scores(3), whole, atol=1e-12) == (SIDES[name] == "left")


@pytest.mark.parametrize("name", MODELS)
def test_a_batch_gives_what_each_row_gives_alone(name):
    build, mask = MODELS[name]
    model = build().double()
    together = gap_scores(model, IDS, SEEN, PLACES, mask)
    alone = gap_scores(model, IDS[:1, :5], SEEN[:1, :5], PLACES[:1], mask)
    assert torch.allclose(together[:1], alone, atol=1e-9)


class Halves(torch.nn.Module):
    """Says of every place the same two distributions."""

    class config:
        is_encoder_decoder = False

    def __call__(self, ids, attention_mask):
        class Out:
            following = torch.tensor([0.5, 0.25, 0.25]).log().expand(*ids.shape, 3)
            preceding = torch.tensor([0.2, 0.2, 0.6]).log().expand(*ids.shape, 3)

        return Out


def test_elmos_halves_are_multiplied_and_normalised():
    ids = torch.tensor([[1, 0, 2]])
    found = gap_scores(Halves(), ids, torch.ones_like(ids), torch.tensor([1]), None).exp()[0]
    # 0.5 * 0.2, 0.25 * 0.2 and 0.25 * 0.6, over their sum 0.3
    assert torch.allclose(found, torch.tensor([1 / 3, 1 / 6, 1 / 2]))


def test_the_likelihood_is_the_sum_of_what_each_gap_had_from_its_left_side():
    model = gpt2().double()
    nats = negative_log_likelihood(model, IDS, SEEN)
    by_gaps = [
        -sum(
            gap_scores(model, IDS[[row]], SEEN[[row]], torch.tensor([place]), None)[0, IDS[row, place]]
            for place in range(1, int(SEEN[row].sum()))
        )
        for row in range(2)
    ]
    assert torch.allclose(nats, torch.stack(by_gaps), atol=1e-9)


def test_perplexity_is_per_word():
    # four words in two texts, each of probability 1/8 a word
    eighth = torch.tensor(8.0).log().item()
    assert per_word([3 * eighth, eighth], ["one two three", "four"]) == pytest.approx(8.0, abs=1e-4)
