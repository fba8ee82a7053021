"""Transformer-XL: a decoder that remembers the segment before, and knows positions only as distances.

Dai et al. 2019 (arXiv:1901.02860). Section 3.2: each layer reads its input of the segment and that of earlier
segments, kept without gradient. Section 3.3: with content biases u and position biases v of each head, which
all layers share, query i attends to key j by

    (q_i + u) . k_j + (q_i + v) . r_(i-j),    r_d = W_r R_d,    R_d the sines and cosines of distance d

over sqrt(head width). Norms stand after the sum, as in the transformer of 2017. The softmax is the transposed
embedding: a small vocabulary needs none of the paper's adaptive one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from demos.models.own_configs import TransformerXLConfig
from demos.models.recording import attention_weights


@dataclass(frozen=True, eq=False)
class Memory:
    """What is kept of the segments before: the input of each layer [b, m, width], and each token's position
    in its stream [b, m], -1 for padding."""

    states: tuple[torch.Tensor, ...]
    positions: torch.Tensor


@dataclass(frozen=True, eq=False)
class TransformerXLOutput:
    """What the model makes of one segment.

    logits [b, n, v]: at i, of token i + 1. hidden_states [b, n, width]: the embedding and each layer's
    output. memory: for the next segment. attentions: [b, h, n, m + n] for each layer, or None. loss:
    cross-entropy in nats per predicted token, or None without labels.
    """

    logits: torch.Tensor
    hidden_states: tuple[torch.Tensor, ...]
    memory: Memory
    attentions: tuple[torch.Tensor, ...] | None
    loss: torch.Tensor | None


class RelativeAttention(nn.Module):
    """Multi-head attention over memory and segment, with positions as distances."""

    is_causal = False  # the mask, which is part of the bias, says who sees whom

    def __init__(self, config: TransformerXLConfig) -> None:
        super().__init__()
        self.config, self.heads = config, config.num_attention_heads
        self.scaling = (config.hidden_size // self.heads) ** -0.5
        self.query, self.key, self.value, self.relative, self.output = (
            nn.Linear(config.hidden_size, config.hidden_size, bias=False) for _ in range(5)
        )

    def forward(
        self,
        states: torch.Tensor,
        context: torch.Tensor,
        distances: torch.Tensor,
        mask: torch.Tensor,
        biases: tuple[torch.Tensor, torch.Tensor],
        eager: bool = False,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The sublayer's output [b, n, width] and its weights, where they were computed.

        states [b, n, width]; context [b, m + n, width]: memory, then states; distances [b, n, m + n]; mask
        [b, 1, n, m + n], added to the scores; biases u and v [h, d].
        """
        query = self.query(states).unflatten(-1, (self.heads, -1))  # [b, n, h, d]
        content, position = ((query + bias).transpose(1, 2) for bias in biases)
        key, value = (self._split(part(context)) for part in (self.key, self.value))
        relative = self._split(self.relative(_sinusoids(distances.shape[-1], states)))  # [h, m + n, d]
        by_distance = position @ relative.transpose(-1, -2)  # [b, h, n, m + n], last index: a distance
        where = distances[:, None].expand(*by_distance.shape)
        bias = by_distance.gather(-1, where) * self.scaling + mask
        name = "eager" if eager else self.config._attn_implementation or "eager"
        attend = ALL_ATTENTION_FUNCTIONS.get_interface(name, _eager)
        mixed, weights = attend(self, content, key, value, bias, scaling=self.scaling)
        return self.output(mixed.flatten(2)), weights

    def _split(self, states: torch.Tensor) -> torch.Tensor:
        return states.unflatten(-1, (self.heads, -1)).transpose(-3, -2)


class Block(nn.Module):
    """Attention and a feed-forward network, each followed by a sum and a norm."""

    def __init__(self, config: TransformerXLConfig) -> None:
        super().__init__()
        self.attention = RelativeAttention(config)
        self.attention_norm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.inner = nn.Linear(config.hidden_size, config.intermediate_size)
        self.outer = nn.Linear(config.intermediate_size, config.hidden_size)
        self.feed_forward_norm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, states: torch.Tensor, context: torch.Tensor, *how: Any
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The layer's output [b, n, width] and its attention; `how` as in RelativeAttention."""
        attended, weights = self.attention(states, context, *how)
        states = self.attention_norm(states + self.dropout(attended))
        changed = self.outer(self.dropout(self.inner(states).relu()))
        return self.feed_forward_norm(states + self.dropout(changed)), weights


class TransformerXLModel(PreTrainedModel):
    """The language model."""

    config_class = TransformerXLConfig
    base_model_prefix = "transformer_xl"
    main_input_name = "input_ids"
    _supports_sdpa = True
    _supports_attention_backend = True

    def __init__(self, config: TransformerXLConfig) -> None:
        super().__init__(config)
        width, heads = config.hidden_size, config.num_attention_heads
        self.embedding = nn.Embedding(config.vocab_size, width, config.pad_token_id)
        self.content_bias = nn.Parameter(torch.zeros(heads, width // heads))  # u
        self.position_bias = nn.Parameter(torch.zeros(heads, width // heads))  # v
        self.layers = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.dropout = nn.Dropout(config.dropout)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        memory: Memory | None = None,
        labels: torch.Tensor | None = None,
        visible: torch.Tensor | None = None,
        output_attentions: bool = False,
        **ignored: Any,
    ) -> TransformerXLOutput:
        """Reads ids [b, n], the segment that follows `memory`.

        `attention_mask` [b, n] is 0 at padding, which may stand anywhere. `visible` [n, m + n] hides more
        keys than causality does. `labels` [b, n] are the ids again, -100 where nothing is to be predicted;
        a segment's first token has no loss, since it is the memory's last that predicts it.
        """
        states = self.dropout(self.embedding(input_ids) * self.config.hidden_size**0.5)
        memory = memory or self.no_memory(input_ids)
        positions = _positions(input_ids, attention_mask, memory.positions)
        keys = torch.cat([memory.positions, positions], 1)
        distances = positions[:, :, None] - keys[:, None]
        seen = (distances >= 0) & (keys >= 0)[:, None] & (True if visible is None else visible)
        mask = torch.zeros_like(distances, dtype=states.dtype)
        mask = mask.masked_fill(~seen, torch.finfo(states.dtype).min)[:, None]
        how = (
            distances.clamp(0, keys.shape[1] - 1),
            mask,
            (self.content_bias, self.position_bias),
            output_attentions,
        )
        inputs, contexts, attentions = [states], [], []
        for layer, remembered in zip(self.layers, memory.states, strict=True):
            contexts.append(torch.cat([remembered, states], 1))
            states, weights = layer(states, contexts[-1], *how)
            inputs.append(states)
            attentions.append(weights)
        logits = functional.linear(states, self.embedding.weight, self.bias)
        loss = None
        if labels is not None:
            loss = functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        first = max(0, keys.shape[1] - self.config.remembered)
        kept = Memory(tuple(context[:, first:].detach() for context in contexts), keys[:, first:])
        return TransformerXLOutput(
            logits, tuple(inputs), kept, tuple(attentions) if output_attentions else None, loss
        )

    def no_memory(self, ids: torch.Tensor) -> Memory:
        """The memory before the first segment."""
        nothing = self.embedding.weight.new_zeros(len(ids), 0, self.config.hidden_size)
        return Memory((nothing,) * len(self.layers), ids.new_zeros(len(ids), 0))


def _positions(ids: torch.Tensor, mask: torch.Tensor | None, before: torch.Tensor) -> torch.Tensor:
    """Positions [b, n] that count on from those of the memory and skip padding, which gets -1."""
    real = torch.ones_like(ids) if mask is None else mask.to(ids.dtype)
    start = before.amax(1, keepdim=True) + 1 if before.shape[1] else 0
    return torch.where(real > 0, start + real.cumsum(1) - 1, -1)


def _sinusoids(count: int, like: torch.Tensor) -> torch.Tensor:
    """R [count, width]: row d has the sines, then the cosines of distance d (arXiv:1706.03762, 3.5)."""
    width = like.shape[-1]
    steps = torch.arange(0, width, 2, device=like.device, dtype=like.dtype) / width
    angles = torch.arange(count, device=like.device, dtype=like.dtype)[:, None] * 10000.0**-steps
    return torch.cat([angles.sin(), angles.cos()], -1)


def _eager(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    bias: torch.Tensor,
    scaling: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    weights = attention_weights(query, key, bias, scaling)
    return (weights @ value).transpose(1, 2), weights
