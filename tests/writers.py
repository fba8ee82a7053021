"""Small random language models that read with SmolLM2's tokenizer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
import transformers

from demos.models.openai_gpt import follow_interface
from demos.models.recording import RECORDABLE
from demos.models.specs import Loaded, Origin, Spec
from demos.stream import Waiting
from tests import tiny

CLASSES = {
    "GPT2": "GPT2LMHeadModel",
    "CTRL": "CTRLLMHeadModel",
    "Llama": "LlamaForCausalLM",
    "Qwen2": "Qwen2ForCausalLM",
    "OpenAIGPT": "OpenAIGPTLMHeadModel",
}
FAMILIES = tiny.DECODERS


@cache
def writer(family: str, tokenizer) -> Loaded:
    """A leased random causal language model in float64; large weights, so that its choices differ clearly."""
    torch.manual_seed(0)
    own = {"vocab_size": len(tokenizer), "bos_token_id": 1, "eos_token_id": 2, "initializer_range": 0.3}
    config = getattr(transformers, f"{family}Config")(**FAMILIES[family] | own)
    model = getattr(transformers, CLASSES[family])(config).double().eval().requires_grad_(False)
    if family == "OpenAIGPT":
        follow_interface(model)
    else:
        model.set_attn_implementation(RECORDABLE)
    origin = Origin("tiny", f"Tiny {family}", None, None, "bundled", "MIT", "")
    return Loaded(Spec("tiny", "causal-lm"), model, tokenizer, origin, 0)


def results(stream: Iterator[Any]) -> Iterator[Any]:
    """What a reader of a writing endpoint gets, which waits as the runner does."""
    for one in stream:
        if isinstance(one, Waiting):
            assert one.there.wait(60)
        else:
            yield one
