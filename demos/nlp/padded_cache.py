"""Keys and values of several texts that one model reads in the same passes: shorter texts are padded on the
left, so that all end at the same place, where the next token comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from demos.nlp.growing_cache import growing_cache

WORTH = 8
"""Tokens that two texts must begin with in common for one to go on from the other."""
MOST = 8 * 2**20
"""Bytes of the keys and values that are kept of a text's beginning."""


@dataclass(frozen=True)
class Beginning:
    """The first tokens of a text that a model has read. layers: keys and values [1, heads, tokens, features]
    of each layer."""

    ids: list[int]
    layers: list[tuple[torch.Tensor, torch.Tensor]]

    def common(self, ids: list[int]) -> int:
        """How many tokens another text begins with, too, without its last one, which is to be read; 0 if
        they are too few to be worth it."""
        pairs = zip(self.ids, ids[:-1], strict=False)
        count = next((place for place, (own, other) in enumerate(pairs) if own != other), None)
        count = min(len(self.ids), len(ids) - 1) if count is None else count
        return count if count >= WORTH else 0

    def first(self, count: int) -> Beginning:
        """The same with fewer tokens."""
        return Beginning(self.ids[:count], [(k[:, :, :count], v[:, :, :count]) for k, v in self.layers])


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

    def beginning(self, row: int, ids: list[int]) -> Beginning:
        """What a text begins with, of which `ids` have just been read: as many tokens as MOST bytes hold."""
        rows = [(layer.keys[row : row + 1], layer.values[row : row + 1]) for layer in self.cache.layers]
        held = sum(one[:, :, :1].nbytes for tensors in rows for one in tensors)
        columns = self.mask[row].nonzero()[: max(1, MOST // held), 0]
        layers = [(keys[:, :, columns], values[:, :, columns]) for keys, values in rows]
        return Beginning(ids[: len(columns)], layers)

    def keep(self, kept: list[int]) -> None:
        """Lets go of the other texts, and of the columns that are padding in all that stay."""
        mask = self.mask[kept]
        begin = int(mask.any(0).int().argmax())
        self.mask = mask[:, begin:]
        for layer in self.cache.layers:
            layer.keys = layer.keys[kept, :, begin:]
            layer.values = layer.values[kept, :, begin:]


def padded(
    texts: Sequence[list[int]], config: Any, begin: Beginning | None = None
) -> tuple[torch.Tensor, Read]:
    """The token ids [texts, tokens] that a model with this configuration is about to read, and what it has
    read: what all `texts` begin with, if that is known."""
    cache, known = growing_cache(config), len(begin.ids) if begin else 0
    longest = max(map(len, texts))
    ids = torch.tensor([[0] * (longest - len(text)) + text[known:] for text in texts])
    mask = torch.tensor(
        [[1] * known + [0] * (longest - len(text)) + [1] * (len(text) - known) for text in texts]
    )
    for layer, tensors in enumerate(begin.layers if begin else ()):
        keys, values = (one.expand(len(texts), -1, -1, -1) for one in tensors)
        cache.update(keys, values, layer)
    return ids, Read(mask, cache)


def _stacked(kept: torch.Tensor, new: torch.Tensor, tokens: int) -> torch.Tensor:
    """Rows of two tensors, the shorter one padded in front along its dimension `tokens`."""
    length = max(kept.shape[tokens], new.shape[tokens])

    def filled(rows: torch.Tensor) -> torch.Tensor:
        shape = list(rows.shape)
        shape[tokens] = length - shape[tokens]
        return torch.cat([rows.new_zeros(shape), rows], tokens)

    return torch.cat([filled(kept), filled(new)])
