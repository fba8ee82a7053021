"""The sentences of a passage that are closest in meaning to a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demos.models.specs import Loaded
from demos.nlp.classify import refuse_longer
from demos.nlp.vectors import count, readable_sentences, vectors
from demos.nlp.window import window


@dataclass(frozen=True)
class Retrieved:
    """passage[start:end] is a sentence without surrounding whitespace; cosine in [-1, 1] to the question."""

    start: int
    end: int
    cosine: float


def retrieve(question: str, passage: str, loaded: Loaded) -> tuple[Retrieved, ...]:
    """All sentences of a passage, the closest to the question first.

    Cuts sentences that are longer than the encoder can read. Raises `BadInput` for a question that is too
    long, and for too many sentences.
    """
    refuse_longer("The question has", count(loaded, question), window(loaded), loaded)
    found = readable_sentences(passage, loaded)
    texts = [sentence.of(passage) for sentence in found]
    asked, *said = vectors(loaded, [question, *texts])
    starts = [passage.index(text, sentence.start) for sentence, text in zip(found, texts, strict=True)]
    rows = (
        Retrieved(start, start + len(text), float(vector @ asked))
        for start, text, vector in zip(starts, texts, said, strict=True)
    )
    return tuple(sorted(rows, key=lambda row: -row.cosine))


def in_order(passage: str, chosen: Sequence[Retrieved]) -> str:
    """Joins chosen sentences into one text, in the order of the passage."""
    return " ".join(passage[row.start : row.end] for row in sorted(chosen, key=lambda row: row.start))
