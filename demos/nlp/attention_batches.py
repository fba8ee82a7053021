"""Captures of many short texts at once: one run of the model reads several of the same length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from demos.models.specs import Loaded
from demos.nlp.attention_capture import AttentionMap, capture, encode, map_of
from demos.nlp.batches import TOKENS
from demos.nlp.tokens import Token

if TYPE_CHECKING:
    from demos.nlp.attention_capture import Inputs

Texts = tuple[str, str, str]
"""A text, a second text and a target text, as `capture` takes them."""


def captured_maps(loaded: Loaded, many: Sequence[Texts]) -> Iterator[tuple[AttentionMap, ...]]:
    """The maps of each text, as `capture` has them, but in no particular order.

    Texts of the same number of tokens share a run, without padding, so that a padded position can change
    nothing; an encoder-decoder reads them one by one.
    """
    if loaded.model.config.is_encoder_decoder:
        for texts in many:
            yield capture(loaded, *texts).maps
        return
    by_length: dict[int, list[tuple[Inputs, tuple[Token, ...]]]] = {}
    for text, pair, _ in many:
        inputs, tokens, _ = encode(loaded, text, pair)
        by_length.setdefault(len(tokens), []).append((inputs, tokens))
    for length, encoded in by_length.items():
        size = max(1, TOKENS // length)
        for start in range(0, len(encoded), size):
            for found in _run(loaded, encoded[start : start + size]):
                yield (found,)


def _run(loaded: Loaded, encoded: Sequence[tuple[Inputs, tuple[Token, ...]]]) -> Iterator[AttentionMap]:
    import torch

    from demos.models.recording import record

    names = encoded[0][0].keys()
    with torch.inference_mode(), record() as records:
        loaded.model(**{name: torch.cat([inputs[name] for inputs, _ in encoded]) for name in names})
    for at, (_, tokens) in enumerate(encoded):
        one = [
            replace(
                item,
                query=item.query[at : at + 1],
                key=item.key[at : at + 1],
                value=item.value[at : at + 1],
                bias=None if item.bias is None else item.bias[at % len(item.bias)][None],
            )
            for item in records
        ]
        yield map_of("self", loaded.model, one, tokens, tokens)
