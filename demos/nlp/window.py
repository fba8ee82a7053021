"""How many tokens a model reads at once."""

from __future__ import annotations

from typing import Any

from demos.models.specs import Loaded

UNKNOWN = 1024
"""Tokens for a model with relative positions only, whose tokenizer does not give its training length."""
_NO_LIMIT = 10**9
"""Tokenizers without a limit of their own report a larger number."""


def window(loaded: Loaded) -> int:
    """The most tokens that a model reads, special ones included.

    This is the number of positions that the model has, or what its tokenizer was made for, if that is less.
    Where positions are relative (T5, XLNet) or rotary (Llama), a model could read more; there the limit is
    its training length.
    """
    limits = (positions(loaded.model), loaded.tokenizer.model_max_length)
    return min((limit for limit in limits if limit and limit < _NO_LIMIT), default=UNKNOWN)


def positions(model: Any) -> int | None:
    """How many positions a model's configuration allows, or None where it names no number.

    RoBERTa and its relatives count from after the padding token's id and never use the vectors up to it: of
    514, 512 are left.
    """
    count = getattr(model.config, "max_position_embeddings", None)
    if count is None or count < 1:  # XLNet has -1
        return None
    return count - _vectors_before_the_first(model)


def _vectors_before_the_first(model: Any) -> int:
    for name, module in model.named_modules():
        if name.endswith("position_embeddings"):
            padding = getattr(module, "padding_idx", None)
            return 0 if padding is None else padding + 1
    return 0
