"""The architectures whose shapes are shown, by the `model_type` of their configuration.

Each is a class of the installed transformers whose forward pass works without data, on the meta device; a
test builds every one of them. Left out are those that look at the data to decide what to compute.
"""

from __future__ import annotations

import importlib
from typing import Any

ENCODERS = "albert bert camembert distilbert electra ernie modernbert mpnet roberta xlm-roberta".split()
DECODERS = (
    "bloom cohere ctrl falcon gemma gemma2 gemma3_text gpt2 gpt_neox gptj granite llama mistral olmo olmo2 "
    "openai-gpt opt phi phi3 qwen2 qwen3 smollm3 stablelm starcoder2"
).split()
ENCODER_DECODERS = "bart blenderbot blenderbot-small m2m_100 marian mbart mt5 pegasus t5".split()
FAMILIES = {
    **dict.fromkeys(ENCODERS, "encoder"),
    **dict.fromkeys(DECODERS, "decoder"),
    **dict.fromkeys(ENCODER_DECODERS, "encoder-decoder"),
}

ROUTED = "deepseek_v2 deepseek_v3 gpt_oss mixtral olmoe qwen2_moe qwen3_moe switch_transformers".split()
"""Mixtures of experts."""
DATA_DEPENDENT = (
    "bigbird_pegasus convbert deberta deberta-v2 led longformer rembert roformer squeezebert xlnet".split()
)
"""Others that transformers does not compute without data."""
OURS = ("elmo", "transformer-xl", "positions")
"""Architectures of this gallery that transformers lacks."""

_BARE = "MODEL_MAPPING_NAMES"
_HEADS = {
    "encoder": (
        "PRETRAINING",
        "MASKED_LM",
        "SEQUENCE_CLASSIFICATION",
        "TOKEN_CLASSIFICATION",
        "QUESTION_ANSWERING",
    ),
    "decoder": ("CAUSAL_LM",),
    "encoder-decoder": ("SEQ_TO_SEQ_CAUSAL_LM",),
}
"""The heads that a configuration may name, as transformers' tables of classes are called."""


def class_of(model_type: str, architectures: Any) -> tuple[Any, bool]:
    """The first of the classes that a configuration names that is one of transformers' own for this very
    `model_type`, else the bare model; and whether the wish was met."""
    import transformers

    bare = _classes(_BARE, model_type)[0]
    offered = {bare, *(name for table in _tables(model_type) for name in _classes(table, model_type))}
    wished = [name for name in architectures or () if isinstance(name, str)]
    found = next((name for name in wished if name in offered), bare)
    return getattr(transformers, found), not wished or found in wished


def _tables(model_type: str) -> list[str]:
    names = _HEADS[FAMILIES[model_type]]
    return ["MODEL_FOR_" + f"{name}_MAPPING_NAMES" for name in names]


def _classes(table: str, model_type: str) -> tuple[str, ...]:
    """The names that one of transformers' tables has for a `model_type`."""
    tables = importlib.import_module("transformers.models.auto.modeling_auto")
    found = getattr(tables, table).get(model_type, ())
    return (found,) if isinstance(found, str) else tuple(found)
