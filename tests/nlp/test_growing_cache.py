"""A cache with room holds what transformers' own would, whoever cuts, picks or replaces its keys."""

from __future__ import annotations

import pytest
import torch
from transformers import LlamaConfig
from transformers.cache_utils import DynamicCache

from demos.nlp.growing_cache import ROOM, growing_cache
from tests import tiny

CONFIG = LlamaConfig(**tiny.FAMILIES["Llama"])


def drawn(tokens: int, texts: int = 2) -> torch.Tensor:
    return torch.randn(texts, 2, tokens, 3)


def both(own, plain, tokens: int) -> None:
    """Puts the same into every layer of both caches, which must then hold the same."""
    for layer in range(len(plain.layers)):
        keys, values = drawn(tokens, len(own.layers[0].keys)), drawn(tokens, len(own.layers[0].keys))
        for mine, expected in zip(
            own.update(keys, values, layer), plain.update(keys, values, layer), strict=True
        ):
            assert torch.equal(mine, expected)


def filled(tokens: int):
    own, plain = growing_cache(CONFIG), DynamicCache(config=CONFIG)
    for layer in range(len(plain.layers)):
        keys, values = drawn(tokens), drawn(tokens)
        own.update(keys, values, layer)
        plain.update(keys, values, layer)
    return own, plain


def test_it_holds_what_the_plain_one_does_beyond_its_room():
    own, plain = filled(5)
    for tokens in (1, 1, 3, ROOM, 1, 2 * ROOM, 1):
        both(own, plain, tokens)
    assert own.get_seq_length() == plain.get_seq_length()


def test_a_further_token_copies_nothing_while_there_is_room():
    own, plain = filled(5)
    both(own, plain, 1)
    place = own.layers[0].keys.data_ptr()
    both(own, plain, 1)
    assert own.layers[0].keys.data_ptr() == place


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one[[1]],
        lambda one: one[:, :, 2:],
        lambda one: one[:, :, :3],
        lambda one: one[1:],
        lambda one: one[:1],
        lambda one: torch.cat([one, one]),
        lambda one: torch.zeros_like(one),
    ],
    ids=["picked", "without the first", "cut", "the last text", "the first text", "more texts", "others"],
)
def test_keys_put_in_their_place_are_gone_on_from(change):
    own, plain = filled(5)
    both(own, plain, 2)
    for cache in (own, plain):
        for layer in cache.layers:
            layer.keys, layer.values = change(layer.keys), change(layer.values)
    for tokens in (1, 2, ROOM, 1):
        both(own, plain, tokens)
