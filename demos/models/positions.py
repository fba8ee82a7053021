"""One small encoder five times: the same in everything but how it is told where each word stands.

    none      not at all
    sines     a fixed table of sines and cosines, added to the embeddings (Vaswani et al. 2017, 3.5)
    learned   a trained table, added to the embeddings (Devlin et al. 2019, figure 2)
    rotary    queries and keys are rotated by angles that grow with the position (Su et al. 2021, 3.2.2)
    relative  a trained number for each head and distance, added to the scores (Raffel et al. 2020, 2.1)

All are masked language models with norms before the sums and the transposed embedding as their softmax. They
take rows of one length, so there is no padding and no mask for it.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel

from demos.models.own_configs import PositionsConfig

SCHEMES = ("none", "sines", "learned", "rotary", "relative")
BASE = 10_000.0
"""The longest wavelength of sines and rotary positions is nearly 2 pi times this."""


class TooLong(ValueError):
    """There are more tokens than the table of learned positions has rows."""


def sines(length: int, width: int, like: torch.Tensor | None = None) -> torch.Tensor:
    """The fixed vectors of positions 0 to length - 1 [length, width]: half sines, then half cosines, of the
    same angles. Vaswani et al. let them take turns, which is the same table with its columns reordered."""
    turned = angles(length, width, like)
    return torch.cat([turned.sin(), turned.cos()], -1)


def angles(length: int, width: int, like: torch.Tensor | None = None) -> torch.Tensor:
    """position / BASE^(2i / width) of positions and pairs of dimensions i [length, width / 2], in radians."""
    kind = {} if like is None else {"dtype": like.dtype, "device": like.device}
    rates = BASE ** (-torch.arange(0, width, 2, **kind) / width)
    return torch.arange(length, **kind)[:, None] * rates


def rotated(states: torch.Tensor) -> torch.Tensor:
    """Queries or keys [..., n, d] after the rotation of each position: dimension i turns with i + d / 2."""
    turned = angles(states.shape[-2], states.shape[-1], states)
    first, second = states.chunk(2, -1)
    cosine, sine = turned.cos(), turned.sin()
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)


def buckets(distances: torch.Tensor, count: int, furthest: int) -> torch.Tensor:
    """Which of `count` numbers a distance (key's position minus query's, of any shape) has.

    Half of them are for keys behind the query. Of each half, the first half are for one distance each, the
    others for ever wider ranges up to `furthest`; all beyond share the last.
    """
    half = count // 2
    exact = half // 2
    far = distances.abs()
    wide = exact + (far.clamp(min=1) / exact).log() / math.log(furthest / exact) * (half - exact)
    return (distances > 0) * half + torch.where(far < exact, far, wide.long().clamp(max=half - 1))


class Attention(nn.Module):
    """Multi-head self-attention without positions, unless queries and keys are rotated or a bias is given."""

    def __init__(self, config: PositionsConfig, rotary: bool) -> None:
        super().__init__()
        self.heads, self.rotary = config.num_attention_heads, rotary
        self.joint = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.output = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, states: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        """[b, n, width] from [b, n, width]; bias [h, n, n] is added to the scaled scores."""
        parts = self.joint(states).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind()  # [b, h, n, d] each
        if self.rotary:
            query, key = rotated(query), rotated(key)
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        mixed = (scores if bias is None else scores + bias).softmax(-1) @ value
        return self.output(mixed.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """Attention and a feed-forward network, a norm before each."""

    def __init__(self, config: PositionsConfig, rotary: bool) -> None:
        super().__init__()
        width = config.hidden_size
        self.attention_norm = nn.LayerNorm(width, config.layer_norm_eps)
        self.attention = Attention(config, rotary)
        self.feed_forward_norm = nn.LayerNorm(width, config.layer_norm_eps)
        self.inner = nn.Linear(width, config.intermediate_size)
        self.outer = nn.Linear(config.intermediate_size, width)

    def forward(self, states: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        states = states + self.attention(self.attention_norm(states), bias)
        return states + self.outer(functional.gelu(self.inner(self.feed_forward_norm(states))))


class Encoder(nn.Module):
    """A masked language model with one of SCHEMES."""

    def __init__(self, config: PositionsConfig, scheme: str) -> None:
        super().__init__()
        self.config, self.scheme = config, scheme
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        if scheme == "learned":
            self.positions = nn.Embedding(config.trained_length, config.hidden_size)
        if scheme == "relative":  # one table for all layers, as in T5
            self.distances = nn.Embedding(config.buckets, config.num_attention_heads)
        self.layers = nn.ModuleList(
            Layer(config, scheme == "rotary") for _ in range(config.num_hidden_layers)
        )
        self.norm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The states behind the last layer [b, n, width]; `scores` makes scores of them.

        Raises TooLong if positions are learned and n exceeds the table.
        """
        length, width = ids.shape[-1], self.config.hidden_size
        states = self.embedding(ids) * width**0.5
        if self.scheme == "sines":
            states = states + sines(length, width, states)
        elif self.scheme == "learned":
            if length > self.config.trained_length:
                raise TooLong(f"{length} tokens, but {self.config.trained_length} learned positions")
            states = states + self.positions.weight[:length]
        bias = self.distance_bias(length) if self.scheme == "relative" else None
        for layer in self.layers:
            states = layer(states, bias)
        return self.norm(states)

    def distance_bias(self, length: int) -> torch.Tensor:
        """What is added to the scores [h, length, length] of each head: rows are queries."""
        place = torch.arange(length, device=self.distances.weight.device)
        which = buckets(place - place[:, None], self.config.buckets, self.config.max_distance)
        return self.distances(which).permute(2, 0, 1)

    def scores(self, states: torch.Tensor) -> torch.Tensor:
        """Scores [..., v] of what stands there, from states [..., width]."""
        return functional.linear(states, self.embedding.weight, self.bias)


class PositionsModel(PreTrainedModel):
    """The five encoders, by the names in SCHEMES; they share nothing."""

    config_class = PositionsConfig
    base_model_prefix = "positions"
    main_input_name = "input_ids"

    def __init__(self, config: PositionsConfig) -> None:
        super().__init__(config)
        self.schemes = nn.ModuleDict({scheme: Encoder(config, scheme) for scheme in SCHEMES})
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: Any) -> None:
        """Matrices and tables as far from zero as keeps states at the size of one; biases by distance begin
        at zero: no distance is preferred."""
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=module.in_features**-0.5)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            learns_distances = module.embedding_dim == self.config.num_attention_heads
            nn.init.normal_(module.weight, std=0.0 if learns_distances else module.embedding_dim**-0.5)

    def forward(self, input_ids: torch.Tensor, scheme: str = "none", **ignored: Any) -> torch.Tensor:
        """Scores [b, n, v] of one of the encoders for ids [b, n]."""
        encoder: Any = self.schemes[scheme]
        return encoder.scores(encoder(input_ids))
