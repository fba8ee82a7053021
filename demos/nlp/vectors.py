"""Sentences as vectors: encodes many texts, and cuts a text into parts that the encoder can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.errors import BadInput
from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.batches import answer_all
from demos.nlp.classify import Encoded, encode, refuse_longer
from demos.nlp.legibility import legibility
from demos.nlp.sentences import Sentence, sentences
from demos.nlp.window import window

MAX_SENTENCES = 1000


@dataclass(frozen=True)
class LeftOut:
    """number: of the sentence, from 1; reason: why the model cannot read it."""

    number: int
    reason: str


def mean_pooled(rows: Sequence[Sequence[int]], loaded: Loaded) -> np.ndarray:
    """Unit-length vectors [n, width] of n rows of token ids, in one padded batch.

    Each is the mean of the vectors of a row's tokens, special ones included, which is how sentence encoders
    are trained (Reimers & Gurevych 2019, arXiv:1908.10084).
    """
    import torch

    batch = loaded.tokenizer.pad({"input_ids": list(rows)}, return_tensors="pt", verbose=False)
    with torch.inference_mode():
        states = loaded.model(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None].to(states.dtype)
    pooled = (states * mask).sum(1) / mask.sum(1)
    return torch.nn.functional.normalize(at_least_single(pooled), dim=-1).numpy()


def vectors(loaded: Loaded, texts: Sequence[str]) -> np.ndarray:
    """Unit-length vectors [n, width], in the order of the texts, computed in buckets of similar length.

    Raises `BadInput` for a text that is longer than the encoder can read.
    """
    encoded = [loaded.tokenizer(text, verbose=False)["input_ids"] for text in texts]
    limit = window(loaded)
    for number, ids in enumerate(encoded, 1):
        refuse_longer(f"Text {number} has", len(ids), limit, loaded)
    return np.stack(answer_all(encoded, lambda ids: ids, lambda rows: list(mean_pooled(rows, loaded))))


def readable_sentences(text: str, loaded: Loaded) -> tuple[Sentence, ...]:
    """The sentences of a text, cutting those that are longer than the encoder can read.

    Raises `BadInput` with the count if there are more than MAX_SENTENCES.
    """
    limit = window(loaded)
    found = sentences(text, lambda piece: count(loaded, piece) <= limit)
    if len(found) > MAX_SENTENCES:
        raise BadInput(
            f"The text has {len(found):,} sentences; at most {MAX_SENTENCES:,} are compared.", "Shorten it."
        )
    return found


def read_lines(sentences: Sequence[str], loaded: Loaded) -> tuple[dict[int, Encoded], list[LeftOut]]:
    """The tokens of the sentences by index, from 0, and the sentences that cannot be turned into tokens."""
    read: dict[int, Encoded] = {}
    left_out = []
    for place, sentence in enumerate(sentences):
        try:
            read[place] = encode(sentence, loaded)
        except BadInput as error:
            left_out.append(LeftOut(place + 1, error.problem))
    return read, left_out


def hardly_readable(text: str, loaded: Loaded) -> str:
    """Why a model can hardly read a text of any length, or which part it did not read, or ""."""
    judged = legibility(text, loaded)
    return judged.withheld or judged.warning


def count(loaded: Loaded, text: str) -> int:
    """How many tokens a text has for a model, special ones included."""
    return len(loaded.tokenizer(text, verbose=False)["input_ids"])
