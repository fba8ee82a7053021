"""One number per head for orientation: how spread its attention is and where its mass goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.attention.capture import AttentionMap
from demos.attention.tokens import Token

MEASURES = {
    "entropy": "Entropy of a row in bits, averaged over the rows: 0 looks at one token, high at many",
    "first": "Mass on the first token, averaged over the rows",
    "previous": "Mass on the token before, averaged over the rows that have one",
    "next": "Mass on the token after, averaged over the rows that have one",
    "separator": "Mass on separator or end tokens ([SEP], </s>, …), averaged over the rows",
}


@dataclass(frozen=True, eq=False)
class HeadSummary:
    """Each measure of `MEASURES` as an array [layers, heads]; NaN where it is undefined."""

    entropy: np.ndarray
    first: np.ndarray
    previous: np.ndarray
    next: np.ndarray
    separator: np.ndarray


def summarise(attention_map: AttentionMap) -> HeadSummary:
    """Summarise every head of a map, on the model's own weights (nothing hidden or merged)."""
    separators = separator_positions(attention_map.keys)
    rows = [
        _layer(layer.weights().numpy(), separators, attention_map.causal, attention_map.name == "cross")
        for layer in attention_map.layers
    ]
    return HeadSummary(**{name: np.stack([row[name] for row in rows]) for name in MEASURES})


def separator_positions(keys: tuple[Token, ...]) -> list[int]:
    """Special tokens behind the first position: [SEP], </s>, <|im_end|>."""
    return [i for i, token in enumerate(keys) if token.special and i > 0]


def _layer(weights: np.ndarray, separators: list[int], causal: bool, cross: bool) -> dict[str, np.ndarray]:
    undefined = np.full(weights.shape[0], np.nan)
    n = weights.shape[1]
    neighbours = n > 1 and not cross
    return {
        "entropy": entropy(weights).mean(-1),
        "first": weights[:, :, 0].mean(-1),
        "previous": np.diagonal(weights, -1, 1, 2).mean(-1) if neighbours else undefined,
        "next": np.diagonal(weights, 1, 1, 2).mean(-1) if neighbours and not causal else undefined,
        "separator": weights[:, :, separators].sum(-1).mean(-1) if separators else undefined,
    }


def entropy(weights: np.ndarray) -> np.ndarray:
    """Shannon entropy in bits of the rows of [..., n, m]; 0 log 0 = 0."""
    logs = np.log2(weights, out=np.zeros_like(weights), where=weights > 0)
    return -(weights * logs).sum(-1)
