"""A layer's weights from one dialect to another, and a forward pass in each, in float64."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from demos.errors import BadInput
from demos.foundations.dialects.names import (
    BERT,
    FAIRSEQ_DECODER,
    FAIRSEQ_ENCODER,
    MARIAN_DECODER,
    MARIAN_ENCODER,
    NN_DECODER,
    NN_ENCODER,
    full,
    roles,
)
from demos.models.specs import Loaded

MAX_TOKENS = 90
"""Marian was made for 96 positions."""
ACTIVATIONS = {"relu": functional.relu, "gelu": functional.gelu}
Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Source:
    """One layer of transformers, in float64: itself, its settings, and its names in each dialect."""

    layer: nn.Module
    decoder: bool
    heads: int
    activation: str
    epsilon: float
    own: Mapping[str, str]
    torch_nn: Mapping[str, str]
    fairseq: Mapping[str, str]


def source(model: Any, number: int, decoder: bool) -> Source:
    """Layer `number` (from 0) of a BERT or of one half of a Marian, copied."""
    config = copy.deepcopy(model.config)
    config._attn_implementation = "eager"
    half = model.decoder if decoder else model.encoder
    stack = half.layer if config.model_type == "bert" else half.layers
    layer = type(stack[number])(config, layer_idx=0).double().eval().requires_grad_(False)
    layer.load_state_dict(stack[number].state_dict())
    if config.model_type == "bert":
        heads, activation, epsilon = config.num_attention_heads, config.hidden_act, config.layer_norm_eps
        return Source(layer, False, heads, activation, epsilon, BERT, NN_ENCODER, FAIRSEQ_ENCODER)
    heads = config.decoder_attention_heads if decoder else config.encoder_attention_heads
    dialects = (
        (MARIAN_DECODER, NN_DECODER, FAIRSEQ_DECODER)
        if decoder
        else (MARIAN_ENCODER, NN_ENCODER, FAIRSEQ_ENCODER)
    )
    epsilon = layer.final_layer_norm.eps  # pyright: ignore[reportAttributeAccessIssue]
    return Source(layer, decoder, heads, config.activation_function, float(epsilon), *dialects)


def reading(loaded: Loaded, text: str, number: int, decoder: bool) -> tuple[list[str], torch.Tensor, Any]:
    """The tokens that a layer reads of a text, what enters it, and what the encoder says to it or None; both
    [1, n, width] in float64.

    A decoder's layer reads the same tokens, moved by one behind the token that every text of it begins with.
    Raises `BadInput` for more than MAX_TOKENS.
    """
    model = loaded.model
    ids = loaded.tokenizer(text, return_tensors="pt")["input_ids"]
    if ids.shape[1] > MAX_TOKENS:
        raise BadInput(
            f"To this model the sentence is {ids.shape[1]:,} tokens; the limit is {MAX_TOKENS}.",
            "Use a shorter one.",
        )
    inputs = {"input_ids": ids}
    if model.config.is_encoder_decoder:
        start = torch.tensor([[model.config.decoder_start_token_id]])
        inputs["decoder_input_ids"] = torch.cat([start, ids[:, :-1]], 1)
    with torch.no_grad():
        out = model(**inputs, output_hidden_states=True)
    read = inputs["decoder_input_ids"] if decoder else ids
    tokens = loaded.tokenizer.convert_ids_to_tokens(read[0].tolist())
    if decoder:
        return tokens, out.decoder_hidden_states[number].double(), out.encoder_last_hidden_state.double()
    states = out.encoder_hidden_states if model.config.is_encoder_decoder else out.hidden_states
    return tokens, states[number].double(), None


def future(n: int) -> torch.Tensor:
    """What a decoder adds to its scores [n, n]: minus infinity for what follows, else 0."""
    return torch.full((n, n), float("-inf"), dtype=torch.float64).triu(1)


@torch.no_grad()
def by_transformers(layer: Source, states: torch.Tensor, memory: torch.Tensor | None) -> torch.Tensor:
    """The layer as transformers computes it."""
    if layer.decoder:
        mask = future(states.shape[1])[None, None]
        out = layer.layer(states, attention_mask=mask, encoder_hidden_states=memory, use_cache=False)
    else:
        out = layer.layer(states, attention_mask=None)
    return out if isinstance(out, torch.Tensor) else out[0]


def torch_nn_layer(layer: Source) -> nn.Module:
    """torch.nn's own layer with the same weights: queries, keys and values stacked, norms behind the sums."""
    state = layer.layer.state_dict()
    width = state[full(layer.own, "norm", "weight")].shape[0]
    inner = state[full(layer.own, "inner", "weight")].shape[0]
    kind = nn.TransformerDecoderLayer if layer.decoder else nn.TransformerEncoderLayer
    made = kind(
        width,
        layer.heads,
        inner,
        dropout=0.0,
        activation=ACTIVATIONS[layer.activation],
        layer_norm_eps=layer.epsilon,
        batch_first=True,
        norm_first=False,
        dtype=torch.float64,
    )
    made.load_state_dict(to_torch_nn(layer))
    return made.eval()


def to_torch_nn(layer: Source) -> Tensors:
    """The weights in torch.nn's names."""
    state, stacks = layer.layer.state_dict(), {}
    for role, kind in roles(layer.own):
        stacks.setdefault(full(layer.torch_nn, role, kind), []).append(state[full(layer.own, role, kind)])
    return {name: torch.cat(parts) for name, parts in stacks.items()}


def to_fairseq(layer: Source) -> Tensors:
    """The weights in fairseq's names; every tensor stands alone, as in transformers."""
    state = layer.layer.state_dict()
    return {
        full(layer.fairseq, role, kind): state[full(layer.own, role, kind)] for role, kind in roles(layer.own)
    }


@torch.no_grad()
def by_torch_nn(layer: Source, states: torch.Tensor, memory: torch.Tensor | None) -> torch.Tensor:
    """The layer as torch.nn computes it."""
    made = torch_nn_layer(layer)
    if layer.decoder:
        return made(states, memory, tgt_mask=future(states.shape[1]))
    return made(states)


@torch.no_grad()
def by_fairseq_names(
    weights: Mapping[str, torch.Tensor], layer: Source, states: torch.Tensor, memory: torch.Tensor | None
) -> torch.Tensor:
    """This project's own forward pass over weights in fairseq's names, on tensors with the time first.

    Only the names and the layout are fairseq's: this shows that nothing is missing or in the wrong place.
    """
    time_first = states.transpose(0, 1)
    said = memory.transpose(0, 1) if memory is not None else None

    def linear(name: str, x: torch.Tensor) -> torch.Tensor:
        return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def norm(name: str, x: torch.Tensor) -> torch.Tensor:
        return functional.layer_norm(
            x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], layer.epsilon
        )

    def attend(name: str, x: torch.Tensor, read: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        n, batch, width = x.shape
        q, k, v = (
            linear(f"{name}.{letter}_proj", part).unflatten(-1, (layer.heads, -1)).permute(1, 2, 0, 3)
            for letter, part in zip("qkv", (x, read, read), strict=True)
        )  # [texts, heads, tokens, width of a head]
        scores = q @ k.mT / q.shape[-1] ** 0.5
        shares = (scores if mask is None else scores + mask).softmax(-1)
        return linear(f"{name}.out_proj", (shares @ v).permute(2, 0, 1, 3).reshape(n, batch, width))

    mask = future(time_first.shape[0]) if layer.decoder else None
    x = norm("self_attn_layer_norm", time_first + attend("self_attn", time_first, time_first, mask))
    if said is not None:
        x = norm("encoder_attn_layer_norm", x + attend("encoder_attn", x, said, None))
    inner = ACTIVATIONS[layer.activation](linear("fc1", x))
    return norm("final_layer_norm", x + linear("fc2", inner)).transpose(0, 1)
