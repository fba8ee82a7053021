"""A few numbers per head for orientation: how spread its attention is and where its mass goes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.nlp.attention_capture import AttentionMap
from demos.nlp.tokens import Token

HEAD_MEASURES = {
    "entropy": "Entropy of a row in bits, averaged over the rows: 0 looks at one token, high at many",
    "first": "Mass on the first token, averaged over the rows",
    "previous": "Mass on the token before, averaged over the rows that have one",
    "next": "Mass on the token after, averaged over the rows that have one",
    "separator": "Mass on separator or end tokens ([SEP], </s>, …), averaged over the rows",
}


@dataclass(frozen=True, eq=False)
class HeadSummary:
    """Each measure of `HEAD_MEASURES` as an array [layers, heads]; NaN where it is undefined."""

    entropy: np.ndarray
    first: np.ndarray
    previous: np.ndarray
    next: np.ndarray
    separator: np.ndarray


def summarise(attention_map: AttentionMap) -> HeadSummary:
    """Summarises every head of a map, on the model's own weights (nothing hidden or merged)."""
    return stack([summarise_layer(attention_map, layer.weights().numpy()) for layer in attention_map.layers])


def stack(layers: Sequence[dict[str, np.ndarray]]) -> HeadSummary:
    """Combines the summaries of single layers into one."""
    return HeadSummary(**{name: np.stack([layer[name] for layer in layers]) for name in HEAD_MEASURES})


def summarise_layer(attention_map: AttentionMap, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Each measure for weights [heads, n, m] of one layer of a map, [heads]."""
    separators = separator_positions(attention_map.keys)
    undefined = np.full(weights.shape[0], np.nan)
    neighbours = weights.shape[1] > 1 and attention_map.name != "cross"
    after = neighbours and not attention_map.causal
    return {
        "entropy": entropy(weights).mean(-1),
        "first": weights[:, :, 0].mean(-1),
        "previous": np.diagonal(weights, -1, 1, 2).mean(-1) if neighbours else undefined,
        "next": np.diagonal(weights, 1, 1, 2).mean(-1) if after else undefined,
        "separator": weights[:, :, separators].sum(-1).mean(-1) if separators else undefined,
    }


def separator_positions(keys: tuple[Token, ...]) -> list[int]:
    """The positions of [SEP], </s> and other end tokens."""
    return [i for i, token in enumerate(keys) if token.separator]


def entropy(weights: np.ndarray) -> np.ndarray:
    """Shannon entropy in bits of the rows of [..., n, m]; 0 log 0 = 0."""
    import torch

    # torch's entr uses all cores; numpy's logarithm would take longer than the model itself.
    return torch.special.entr(torch.from_numpy(weights)).sum(-1).numpy() / math.log(2)
