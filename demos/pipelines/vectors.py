"""Sentences as vectors: many texts through a sentence encoder, and a text cut into what it can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from demos.errors import BadInput
from demos.pipelines.batches import TOKENS, buckets
from demos.pipelines.classify import foreign, window
from demos.pipelines.sentences import Sentence, sentences
from demos.pipelines.similarity import embed

MOST_SENTENCES = 1000


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


def readable_sentences(text: str, loaded: Any) -> tuple[Sentence, ...]:
    """The sentences of a text, cut where one is longer than the encoder reads.

    Raises `BadInput` with the count if there are more than MOST_SENTENCES.
    """
    found = sentences(text, lambda piece: count(loaded, piece) <= window(loaded))
    if len(found) > MOST_SENTENCES:
        raise BadInput(
            f"The text has {len(found):,} sentences; at most {MOST_SENTENCES:,} are compared.", "Shorten it."
        )
    return found


def hardly_readable(text: str, loaded: Any) -> str:
    """Why a model can hardly read a text, of any length, or ""."""
    return foreign(text, loaded.tokenizer(text, verbose=False)["input_ids"], loaded.tokenizer)


def count(loaded: Any, text: str) -> int:
    """How many tokens a text has for a model, special ones included."""
    return len(loaded.tokenizer(text, verbose=False)["input_ids"])
