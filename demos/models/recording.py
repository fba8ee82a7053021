"""One attention implementation that is fast by default and records on request.

transformers lets a program register attention functions by name. Ours runs PyTorch's fused
`scaled_dot_product_attention` unless a `record()` block is open in the current thread; in such a block it
computes attention explicitly ("eager") and keeps inputs and outputs. So one copy of a model both generates
text and shows its attention, no setting of the shared model changes, and two threads cannot disturb each
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import eager_mask, sdpa_mask

from demos.models.precision import at_least_single

RECORDABLE = "stage_recordable"


@dataclass(frozen=True, eq=False)
class RecordedAttention:
    """What one attention module saw in one forward pass.

    With b the batch, n queries, m keys, h heads, g key/value heads and d the head width: query [b, h, n, d];
    key and value [b, g, m, d], positions already applied (rotary); bias is the term added to the scaled
    scores (mask and relative positions), broadcastable to [b, h, n, m], or None. The weights are not kept,
    since they grow with n x m and `attention_weights` recomputes them, identical to the bit.
    """

    module: torch.nn.Module
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    bias: torch.Tensor | None
    scaling: float


Change = Callable[[torch.nn.Module, torch.Tensor], torch.Tensor]
"""Maps an attention module and its weights [b, h, n, m] to the weights that are used instead."""


@dataclass(frozen=True, eq=False)
class _Recording:
    records: list[RecordedAttention]
    change: Change | None


_recording: ContextVar[_Recording | None] = ContextVar("recording", default=None)


@contextmanager
def record(change: Change | None = None) -> Iterator[list[RecordedAttention]]:
    """Collects one `RecordedAttention` for each attention module that runs in this block, in order.

    `change` may replace a module's weights, or keep them for their gradient.
    """
    recording = _Recording([], change)
    token = _recording.set(recording)
    try:
        yield recording.records
    finally:
        _recording.reset(token)


def repeat_heads(states: torch.Tensor, heads: int) -> torch.Tensor:
    """Repeats grouped key/value heads [b, g, m, d] so that each of `heads` query heads has its own."""
    return states.repeat_interleave(heads // states.shape[1], dim=1)


def attention_weights(
    query: torch.Tensor, key: torch.Tensor, bias: torch.Tensor | None, scaling: float
) -> torch.Tensor:
    """softmax(Q K^T * scaling + bias), [b, h, n, m], in the order of operations of eager attention."""
    scores = query @ repeat_heads(key, query.shape[1]).transpose(2, 3) * scaling
    if bias is not None:
        scores = scores + bias
    return at_least_single(scores).softmax(dim=-1).to(query.dtype)


def _attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **kwargs: Any,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    recording = _recording.get()
    if recording is None:
        return sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, dropout=dropout, **kwargs
        )
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    bias = kwargs.get("position_bias")
    if attention_mask is not None:
        bias = attention_mask if bias is None else bias + attention_mask
    weights = attention_weights(query, key, bias, scale)
    if recording.change:
        weights = recording.change(module, weights)
    recording.records.append(RecordedAttention(module, query, key, value, bias, scale))
    output = (weights @ repeat_heads(value, query.shape[1])).transpose(1, 2).contiguous()
    return output, weights


def _mask(*args: Any, **kwargs: Any) -> torch.Tensor | None:
    make = sdpa_mask if _recording.get() is None else eager_mask
    return make(*args, **kwargs)


AttentionInterface.register(RECORDABLE, _attention)
AttentionMaskInterface.register(RECORDABLE, _mask)
