"""A cache of keys and values with room for tokens to come: transformers' own copies all of them for each."""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

ROOM = 64
"""Tokens for which there is room when there was none."""


class GrowingLayer(DynamicLayer):
    """Keys and values of one layer [texts, heads, tokens, features], each the beginning of a larger tensor.

    Whoever puts other keys or values in their place needs to know nothing of that: they are copied into new
    room with the next token.
    """

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        super().lazy_initialization(key_states, value_states)
        self.keys, self.values = key_states[:, :, :0], value_states[:, :, :0]
        self.key_room, self.value_room = self.keys, self.values

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None and self.values is not None
        self.key_room, self.keys = _extended(self.key_room, self.keys, key_states)
        self.value_room, self.values = _extended(self.value_room, self.values, value_states)
        return self.keys, self.values


def _extended(room: torch.Tensor, kept: torch.Tensor, new: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Puts `new` behind `kept`: the room, which is another one if `kept` does not lie in it or fills it."""
    begin, end = kept.shape[2], kept.shape[2] + new.shape[2]
    lies_there = room.data_ptr() == kept.data_ptr() and room.stride() == kept.stride()
    if not lies_there or len(room) != len(kept) or room.shape[2] < end:
        room = new.new_empty(*new.shape[:2], end + ROOM, new.shape[3])
        room[:, :, :begin] = kept
    room[:, :, begin:end] = new
    return room, room[:, :, :end]


def growing_cache(config: Any) -> DynamicCache:
    """An empty cache for a model with this configuration, whose layers are all plain ones."""
    cache = DynamicCache(config=config)
    cache.layers[:] = [GrowingLayer() for _ in cache.layers]
    return cache
