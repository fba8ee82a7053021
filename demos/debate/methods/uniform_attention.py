"""Uniform attention for a sentence, substituted after training or present from training on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from demos.debate.methods import additive
from demos.debate.methods.encoded_sentences import EncodedSentences
from demos.debate.methods.perturbation import uniform_probability
from demos.debate.methods.schemas import UniformRow
from demos.debate.methods.sentence import Sentence
from demos.debate.methods.transformer import batch, positive
from demos.models.classifier_family import FAMILIES, Classifiers
from demos.models.recording import Change, record
from demos.models.specs import Loaded

ALL_TOKENS = "every token looks at all tokens alike, special ones too"


def uniform_rows(loaded: Loaded, item: Sentence, reading: EncodedSentences) -> tuple[UniformRow, ...]:
    """The result of every way of making the model's attention uniform."""
    post_hoc = uniform_probability(reading).item()
    if isinstance(loaded.model, Classifiers):
        family, figures = FAMILIES[loaded.spec.checkpoint], loaded.model.figures
        retrained = additive.read(loaded, [item], family.uniform)
        detail = _f1(figures[family.base], figures[family.uniform])
        return (
            UniformRow("post_hoc", "Put in after training", post_hoc, "every word gets 1/n"),
            UniformRow("retrained", "Trained with it", retrained.classify(retrained.uniform).item(), detail),
        )
    figures = json.loads((Path(loaded.folder) / "figures.json").read_text(encoding="utf-8"))
    return (
        UniformRow(
            "cls_row",
            "Last layer, [CLS] row, all heads",
            post_hoc,
            "every word gets the same share; what goes to [CLS] and [SEP] stays",
        ),
        *uniform_scopes(loaded, item),
        UniformRow(
            "retrained",
            "Trained with it",
            None,
            "last layer, [CLS] row, all tokens alike, special ones too; only figures are shipped. "
            + _f1(figures["seed-0"], figures["uniform"]),
        ),
    )


def _f1(own: dict[str, Any], uniform: dict[str, Any]) -> str:
    figures = (values["test"]["f1"] for values in (own, uniform))
    return "F1 on SST test: {:.3f} with its own attention, {:.3f} with uniform".format(*figures)


@torch.no_grad()
def uniform_scopes(loaded: Loaded, item: Sentence) -> tuple[UniformRow, ...]:
    """Uniform attention in a transformer: in the most influential head, in the last layer, in all layers.

    All of it is substituted after training ("post hoc"); 1 / (number of visible tokens) counts special
    tokens.
    """
    config = loaded.model.config
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    inputs = batch(loaded, [[i for word in item.ids for i in word]])
    many = {name: value.expand(heads, -1) for name, value in inputs.items()}
    own = positive(loaded, inputs).item()
    by_head = torch.stack([_with(loaded, many, one_head_per_row(layer)) for layer in range(layers)])
    layer, head = divmod(int((by_head - own).abs().argmax()), heads)
    return (
        UniformRow(
            "head",
            "The one head that matters most",
            by_head[layer, head].item(),
            f"layer {layer + 1}, head {head + 1}: the largest change among {layers * heads} heads, each made "
            f"uniform alone; {ALL_TOKENS}",
        ),
        UniformRow(
            "layer",
            "Last layer, every token",
            _with(loaded, inputs, whole_layer(layers - 1)).item(),
            ALL_TOKENS,
        ),
        UniformRow(
            "all",
            "All layers, every token",
            _with(loaded, inputs, whole_layer(None)).item(),
            f"{ALL_TOKENS}; far from what the model met in training: not Wiegreffe & Pinter's test",
        ),
    )


def one_head_per_row(layer: int) -> Change:
    """Makes head i of one layer uniform in row i of a batch."""

    def change(module: torch.nn.Module, weights: torch.Tensor) -> torch.Tensor:
        if module.layer_idx != layer:
            return weights
        chosen = torch.eye(len(weights), dtype=torch.bool)[..., None, None]
        return torch.where(chosen, visible_uniform(weights), weights)

    return change


def whole_layer(layer: int | None) -> Change:
    """Makes all heads of one layer uniform, or of all layers."""

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
