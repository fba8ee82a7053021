"""Small random models of every family, with a tokenizer made on the spot."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from demos.models import transformer_xl
from demos.models.openai_gpt import follow_interface
from demos.models.recording import RECORDABLE
from demos.models.specs import Loaded, Origin, Spec

WORDS = (
    "the cat sat on a mat and dog ran to house it was too tired un ##believ ##able . , ! 안녕 세상".split()
)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
VOCABULARY = SPECIAL + WORDS

_COMMON = {
    "vocab_size": len(VOCABULARY),
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
}
_TWO_STACKS = {
    "vocab_size": len(VOCABULARY),
    "d_model": 32,
    "encoder_layers": 3,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "eos_token_id": 3,
    "decoder_start_token_id": 2,
    "forced_eos_token_id": None,
}
_GPT = {
    "vocab_size": len(VOCABULARY),
    "n_embd": 32,
    "n_layer": 3,
    "n_head": 4,
    "bos_token_id": 2,
    "eos_token_id": 3,
}

ENCODERS = {
    "Bert": _COMMON,
    "Albert": _COMMON | {"embedding_size": 16},
    "Electra": _COMMON | {"embedding_size": 16},
    "Roberta": _COMMON | {"max_position_embeddings": 128},
    "DistilBert": {"vocab_size": len(VOCABULARY), "dim": 32, "n_layers": 3, "n_heads": 4, "hidden_dim": 48},
}
DECODERS = {
    "GPT2": _GPT,
    "OpenAIGPT": _GPT,
    "CTRL": _GPT | {"dff": 48},
    "Llama": _COMMON | {"num_key_value_heads": 2},
    "Qwen2": _COMMON | {"num_key_value_heads": 2},
}
ENCODER_DECODERS = {
    "Bart": _TWO_STACKS,
    "Marian": _TWO_STACKS,
    "MBart": _TWO_STACKS,
    "T5": {
        "vocab_size": len(VOCABULARY),
        "d_model": 32,
        "d_kv": 8,
        "num_layers": 3,
        "num_decoder_layers": 2,
        "num_heads": 4,
        "d_ff": 48,
        "pad_token_id": 0,
        "eos_token_id": 3,
        "decoder_start_token_id": 2,
    },
}
OURS = {"TransformerXL": _COMMON}
"""Architectures that transformers has not: they read, but do not write."""
FAMILIES = ENCODERS | DECODERS | ENCODER_DECODERS | OURS


def tokenizer() -> PreTrainedTokenizerFast:
    backend = Tokenizer(models.WordPiece({word: i for i, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        eos_token="[SEP]",
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
    )


def model(family: str, attention: str = RECORDABLE, **options: Any) -> Any:
    """A random model of a family, the same at every call; `options` go to its configuration."""
    torch.manual_seed(0)
    source = transformer_xl if family in OURS else transformers
    config = getattr(source, f"{family}Config")(**FAMILIES.get(family, {}) | options)
    suffix = {"T5": "ForConditionalGeneration", "Marian": "MTModel"}.get(family)
    if suffix is None:
        suffix = "ForConditionalGeneration" if family in ENCODER_DECODERS else "Model"
    made = getattr(source, family + suffix)(config).eval().requires_grad_(False)
    if attention == RECORDABLE and family == "OpenAIGPT":
        follow_interface(made)
    elif family != "OpenAIGPT":
        made.set_attn_implementation(attention)
    return made


def loaded(family: str) -> Loaded:
    origin = Origin("tiny", f"Tiny {family}", None, None, "bundled", "MIT", "")
    return Loaded(Spec("tiny"), model(family), tokenizer(), origin, 0)
