"""Which texts may share the passes of a model (`shared_passes.py`)."""

from __future__ import annotations

import inspect
from typing import Any

from demos.models.specs import Loaded

NEEDED = {"input_ids", "attention_mask", "position_ids", "past_key_values", "logits_to_keep"}
# What a generation configuration may hold without changing how tokens are chosen here.
HARMLESS = {
    *("bos_token_id", "eos_token_id", "pad_token_id", "max_length", "max_new_tokens", "use_cache"),
    *("do_sample", "temperature", "top_p", "top_k", "transformers_version", "_from_model_config"),
    *("output_attentions", "output_hidden_states", "output_scores", "output_logits"),
}


def may_share(loaded: Loaded, batch: Any) -> bool:
    """Whether `batch` is one text, for a model on the processor that keeps plain keys and values of tokens
    whose positions it can be told, and that chooses tokens in no way of its own."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    model, mask = loaded.model, batch.get("attention_mask")
    return (
        set(batch) <= {"input_ids", "attention_mask"}
        and batch["input_ids"].shape[0] == 1
        and (mask is None or bool(mask.all()))
        and not model.config.is_encoder_decoder
        and model.device.type == "cpu"
        and set(inspect.signature(model.forward).parameters) >= NEEDED
        and set(model.generation_config.to_diff_dict()) <= HARMLESS
        and all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)
    )
