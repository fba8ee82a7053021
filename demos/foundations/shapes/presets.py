"""Configurations to begin with, written down from what was published of the models."""

from __future__ import annotations

import json

LLAMA_7B = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "vocab_size": 32_000,
    "hidden_size": 4096,
    "intermediate_size": 11_008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "max_position_embeddings": 2048,
    "tie_word_embeddings": False,
}
"""Touvron et al. 2023 (arXiv:2302.13971): width, heads and layers in table 2; section 2.2 makes the inner
width of the gated feed-forward block 2/3 of 4 times the width, which their code rounds up to a multiple of
256; 32,000 pieces and 2,048 positions as in their code."""

LLAMA_70B = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "vocab_size": 128_256,
    "hidden_size": 8192,
    "intermediate_size": 28_672,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "max_position_embeddings": 131_072,
    "tie_word_embeddings": False,
}
"""Llama 3.1 70B. Grattafiori et al. 2024 (arXiv:2407.21783), table 3; its vocabulary of 128,000 pieces and
the 256 special tokens of their tokenizer."""


def pasted(values: dict) -> str:
    """The text that a visitor would paste."""
    return json.dumps(values, indent=1)
