"""Random ELMo, GPT, BERT and GPT-2 with one small vocabulary, as the demo leases them."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    OpenAIGPTConfig,
    OpenAIGPTLMHeadModel,
)

from demos.models.elmo import ElmoConfig, ElmoModel
from demos.models.specs import Loaded, Origin, Spec
from training.caption_world import tokenizer

SENTENCES = [
    f"A {size} {animal} {verb} near the {place}, alone."
    for size, animal in (("red", "fox"), ("tiny", "crab"), ("old", "goat"))
    for verb in ("sleeps", "waits")
    for place in ("barn", "lake")
] + ["(It's near-by!) (It's near-by!)"]
TEXT = "A tiny goat waits near the barn, alone."
HEADS = {"elmo": "base", "gpt": "causal-lm", "bert": "masked-lm", "gpt2": "causal-lm"}


@cache
def words(family: str) -> Any:
    """A family's tokenizer; the vocabulary is learned once."""
    return tokenizer.build(_pieces(), family)


@cache
def _pieces() -> tokenizer.Pieces:
    return tokenizer.learn_pieces(SENTENCES, tokenizer.RESERVED + 90)


@cache
def model(family: str) -> Any:
    """A random model in float64, with weights so large that every word matters."""
    torch.manual_seed(0)
    size = len(words(family))
    small = {"vocab_size": size, "n_embd": 16, "n_layer": 2, "n_head": 2, "initializer_range": 0.3}
    made = {
        "elmo": lambda: ElmoModel(
            ElmoConfig(vocab_size=size, hidden_size=8, cell_size=16, initializer_range=0.5)
        ),
        "gpt": lambda: OpenAIGPTLMHeadModel(OpenAIGPTConfig(**small, n_positions=128)),
        "gpt2": lambda: GPT2LMHeadModel(GPT2Config(**small, bos_token_id=2, eos_token_id=2)),
        "bert": lambda: BertForMaskedLM(
            BertConfig(
                vocab_size=size,
                hidden_size=16,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=32,
                initializer_range=0.3,
            )
        ),
    }[family]()
    made.config.stage_familiar_perplexity = 1e9
    return made.double().eval().requires_grad_(False)


def loaded(family: str) -> Loaded:
    origin = Origin(f"tiny-{family}", f"Captions: {family}", None, None, "bundled", "MIT", "")
    return Loaded(Spec(f"tiny-{family}", HEADS[family]), model(family), words(family), origin, 0)


def all_four() -> list[Loaded]:
    return [loaded(family) for family in HEADS]
