"""Uniform attention in a transformer, and where: one head, one layer, all layers, or the [CLS] row.

All of it is put in after training ("post hoc"), and 1 / (number of visible tokens) counts special tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from demos.debate.methods.sentence import Sentence
from demos.debate.methods.transformer import batch, positive
from demos.models.recording import Change, record
from demos.models.specs import Loaded

ALL_TOKENS = "every token looks at all tokens alike, special ones too"


@dataclass(frozen=True)
class Scope:
    """What was made uniform, and P(positive) then."""

    name: str
    title: str
    probability: float
    detail: str


@torch.no_grad()
def uniform_scopes(loaded: Loaded, item: Sentence) -> tuple[Scope, ...]:
    """The most influential head of all, the last layer, and all layers."""
    config = loaded.model.config
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    inputs = batch(loaded, [[i for word in item.ids for i in word]])
    many = {name: value.expand(heads, -1) for name, value in inputs.items()}
    own = positive(loaded, inputs).item()
    by_head = torch.stack([_with(loaded, many, one_head_per_row(layer)) for layer in range(layers)])
    layer, head = divmod(int((by_head - own).abs().argmax()), heads)
    return (
        Scope(
            "head",
            "The one head that matters most",
            by_head[layer, head].item(),
            f"layer {layer + 1}, head {head + 1}: the largest change among {layers * heads} heads, each made "
            f"uniform alone; {ALL_TOKENS}",
        ),
        Scope(
            "layer",
            "Last layer, every token",
            _with(loaded, inputs, whole_layer(layers - 1)).item(),
            ALL_TOKENS,
        ),
        Scope(
            "all",
            "All layers, every token",
            _with(loaded, inputs, whole_layer(None)).item(),
            f"{ALL_TOKENS}; far from what the model met in training: not Wiegreffe & Pinter's test",
        ),
    )


def one_head_per_row(layer: int) -> Change:
    """In row i of a batch, head i of one layer is uniform."""

    def change(module: torch.nn.Module, weights: torch.Tensor) -> torch.Tensor:
        if module.layer_idx != layer:
            return weights
        chosen = torch.eye(len(weights), dtype=torch.bool)[..., None, None]
        return torch.where(chosen, visible_uniform(weights), weights)

    return change


def whole_layer(layer: int | None) -> Change:
    """All heads of one layer are uniform, or of all layers."""

    def change(module: torch.nn.Module, weights: torch.Tensor) -> torch.Tensor:
        return visible_uniform(weights) if layer in (None, module.layer_idx) else weights

    return change


def visible_uniform(weights: torch.Tensor) -> torch.Tensor:
    """1 / (number of keys that a query may see) instead of weights [b, h, n, m]; masked keys stay 0."""
    visible = (weights > 0).any(1, keepdim=True).expand_as(weights).to(weights.dtype)
    return visible / visible.sum(-1, keepdim=True)


def _with(loaded: Loaded, inputs: dict[str, torch.Tensor], change: Change) -> torch.Tensor:
    with record(change):
        return positive(loaded, inputs)
