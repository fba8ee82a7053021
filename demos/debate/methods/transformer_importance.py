"""How important each word is to a transformer classifier, by attention and by its rivals."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from demos.debate.methods.sentence import Sentence
from demos.debate.methods.transformer import batch, fixed_gradient, per_word, positive, vector_gradient
from demos.models.recording import RecordedAttention, record
from demos.models.specs import Loaded, Model
from demos.nlp.attention_capture import Layer
from demos.nlp.attention_rollout import attention_flow, rollout, value_weighted_norms

METHODS: Mapping[str, tuple[str, str]] = {
    "attention": ("Attention, last layer", "what [CLS] attends to in the last layer, mean of the heads"),
    "attention_mean": ("Attention, all layers", "what [CLS] attends to, mean of all layers and heads"),
    "rollout": (
        "Rollout",
        "attention multiplied through the layers, half of each position kept (Abnar & Zuidema)",
    ),
    "flow": ("Flow", "the most that can flow from the word to [CLS] through these weights (Abnar & Zuidema)"),
    "norm": (
        "Value norm",
        "length of what the word hands to [CLS] in the last layer (Kobayashi et al. 2020)",
    ),
    "gradient": ("Gradient", "length of the gradient of p by the word's vectors"),
    "gradient_fixed": (
        "Gradient × input, attention held fixed",
        "|gradient · vector| with the attention of all layers held fixed, as in Jain & Wallace's measure",
    ),
    "gradient_x_input": ("Gradient × input", "gradient · vector, attention included"),
    "attention_gradient": (
        "Gradient × attention",
        "positive part of attention times its gradient, followed through the layers (Chefer et al. 2021)",
    ),
}


def importances(loaded: Loaded, item: Sentence) -> dict[str, torch.Tensor]:
    """The score of every word by each of METHODS, [n] each.

    Scores of a word's tokens are added up. Where scores are signed, + points towards positive and - towards
    negative.
    """
    inputs = batch(loaded, [[i for word in item.ids for i in word]])
    kept: list[torch.Tensor] = []

    def keep(module: torch.nn.Module, weights: torch.Tensor) -> torch.Tensor:
        kept.append(weights if weights.requires_grad else weights.requires_grad_())
        return kept[-1]

    with torch.enable_grad(), record(keep) as records:
        gradients = torch.autograd.grad(positive(loaded, inputs).sum(), kept)
    weights = torch.stack([layer[0] for layer in kept]).detach()  # [layers, heads, n, n]
    relevance = chefer(weights, torch.stack([gradient[0] for gradient in gradients]))
    mean = weights.mean(1).numpy()
    last = as_layer(records[-1], loaded.model)
    gradient, vectors = vector_gradient(loaded, item)
    scores = {
        "attention": weights[-1, :, 0].mean(0),
        "attention_mean": weights[:, :, 0].mean((0, 1)),
        "rollout": torch.tensor(rollout(mean)[-1, 0], dtype=weights.dtype),
        "flow": torch.tensor(attention_flow(mean, 0), dtype=weights.dtype),
        "norm": torch.tensor(value_weighted_norms(last, loaded.model)[0]),
        "gradient": gradient.norm(dim=-1),
        "gradient_x_input": (gradient * vectors).sum(-1),
        "attention_gradient": relevance[0],
    }
    words = {name: per_word(score.detach(), item) for name, score in scores.items()}
    return words | {"gradient_fixed": fixed_gradient(loaded, item)}


def chefer(weights: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Relevance [n, n] of inputs (columns) for outputs: R <- R + mean_h((grad A * A)^+) R, from the identity.

    weights and gradients [layers, h, n, n]. Chefer et al. 2021 (arXiv:2103.15679), equations 5 and 6.
    """
    relevance = torch.eye(weights.shape[-1], dtype=weights.dtype)
    for layer in (weights * gradients).clamp_min(0).mean(1):
        relevance = relevance + layer @ relevance
    return relevance


def as_layer(item: RecordedAttention, model: Model) -> Layer:
    """A recorded attention module without its batch dimension and gradients."""
    name = next(path for path, module in model.named_modules() if module is item.module)
    query, key, value = (states[0].detach() for states in (item.query, item.key, item.value))
    return Layer(name, query, key, value, None if item.bias is None else item.bias[0], item.scaling)
