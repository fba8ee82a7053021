"""Sentences as vectors: many texts through a sentence encoder, and whether one of them is too long for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from demos.pipelines.batches import TOKENS, buckets
from demos.pipelines.classify import window
from demos.pipelines.similarity import embed


def vectors(loaded: Any, texts: Sequence[str]) -> np.ndarray:
    """Vectors [n, width] of unit length, in the order of the texts, computed in buckets of similar length.

    Raises `BadInput` for a text that is longer than the encoder reads.
    """
    rows: list[np.ndarray] = [np.empty(0)] * len(texts)
    for batch in buckets([count(loaded, text) for text in texts], TOKENS):
        embedded, _, _ = embed(loaded, tuple(texts[index] for index in batch))
        for index, row in zip(batch, embedded, strict=True):
            rows[index] = row
    return np.stack(rows)


def fits(loaded: Any) -> Callable[[str], bool]:
    """Whether an encoder reads a text whole."""
    return lambda text: count(loaded, text) <= window(loaded)


def count(loaded: Any, text: str) -> int:
    """How many tokens a text has for a model, special ones included."""
    return len(loaded.tokenizer(text, verbose=False)["input_ids"])
