"""Keys and values of several texts that one model reads in the same passes: shorter texts are padded on the
left, so that all end at the same place, where the next token comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers.cache_utils import DynamicCache


@dataclass
class Read:
    """What a model has read of texts. mask: [texts, tokens], 0 for padding; cache: keys and values, layer by
    layer [texts, heads, tokens, features], where the last tokens of `mask` may still be missing."""

    mask: torch.Tensor
    cache: Any

    def positions(self, last: int) -> torch.Tensor:
        """The positions [texts, last] of the last tokens, each text's first being 0."""
        return (self.mask.cumsum(1) - 1).clamp(min=0)[:, -last:]

    def extend(self) -> None:
        """One more token of each text is about to be read."""
        self.mask = torch.cat([self.mask, self.mask.new_ones(len(self.mask), 1)], 1)

    def append(self, more: Read) -> None:
        """Takes in what was read of other texts."""
        self.mask = _stacked(self.mask, more.mask, 1)
        for mine, new in zip(self.cache.layers, more.cache.layers, strict=True):
            mine.keys = _stacked(mine.keys, new.keys, 2)
            mine.values = _stacked(mine.values, new.values, 2)

    def keep(self, kept: list[int]) -> None:
        """Lets go of the other texts, and of the columns that are padding in all that stay."""
        mask = self.mask[kept]
        begin = int(mask.any(0).int().argmax())
        self.mask = mask[:, begin:]
        for layer in self.cache.layers:
            layer.keys = layer.keys[kept, :, begin:]
            layer.values = layer.values[kept, :, begin:]


def padded(texts: Sequence[list[int]], config: Any) -> tuple[torch.Tensor, Read]:
    """The token ids [texts, tokens] of texts that a model with this configuration is about to read."""
    longest = max(map(len, texts))
    ids = torch.tensor([[0] * (longest - len(text)) + text for text in texts])
    mask = torch.tensor([[0] * (longest - len(text)) + [1] * len(text) for text in texts])
    return ids, Read(mask, DynamicCache(config=config))


def _stacked(kept: torch.Tensor, new: torch.Tensor, tokens: int) -> torch.Tensor:
    """Rows of two tensors, the shorter one padded in front along its dimension `tokens`."""
    length = max(kept.shape[tokens], new.shape[tokens])

    def filled(rows: torch.Tensor) -> torch.Tensor:
        shape = list(rows.shape)
        shape[tokens] = length - shape[tokens]
        return torch.cat([rows.new_zeros(shape), rows], tokens)

    return torch.cat([filled(kept), filled(new)])
