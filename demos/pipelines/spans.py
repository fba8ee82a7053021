"""From a tag per token to names in a text, as character offsets.

A word's tag is its first token's, and its later tokens follow it; neighbours of one class are one name
until a B- tag begins another. This is the "first" strategy of transformers' token-classification pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.errors import BadInput
from demos.texts import check_text


@dataclass(frozen=True)
class Entity:
    """text[start:end] is a name of class `label`; probability is the mean of its words' tags'."""

    start: int
    end: int
    label: str
    probability: float


@dataclass(frozen=True)
class Tagged:
    """One word: where it is in the text, its tag (O, B-class, I-class, or a class alone) and that tag's
    probability."""

    start: int
    end: int
    tag: str
    probability: float


def words(
    pieces: Sequence[str],
    offsets: Sequence[tuple[int, int]],
    tags: Sequence[str],
    probabilities: Sequence[float],
) -> tuple[Tagged, ...]:
    """WordPiece tokens joined into words; tokens that stand for no characters ([CLS], [SEP]) are left out."""
    found: list[Tagged] = []
    for piece, (start, end), tag, probability in zip(pieces, offsets, tags, probabilities, strict=True):
        if start == end:
            continue
        if piece.startswith("##") and found:
            first = found[-1]
            found[-1] = Tagged(first.start, end, first.tag, first.probability)
        else:
            found.append(Tagged(start, end, tag, probability))
    return tuple(found)


def entities(tagged: Sequence[Tagged]) -> tuple[Entity, ...]:
    """The names that the words' tags spell."""
    groups: list[list[Tagged]] = []
    for word in tagged:
        if groups and not word.tag.startswith("B-") and _class(groups[-1][-1].tag) == _class(word.tag):
            groups[-1].append(word)
        else:
            groups.append([word])
    return tuple(
        Entity(
            group[0].start,
            group[-1].end,
            group[0].tag.split("-", 1)[-1],
            sum(w.probability for w in group) / len(group),
        )
        for group in groups
        if group[0].tag != "O"
    )


def _class(tag: str) -> str:
    return tag[2:] if tag.startswith(("B-", "I-")) else tag


def tagged(
    loaded: Any, batch: Any, offsets: Sequence[tuple[int, int]], logits: Any, tags: Sequence[str]
) -> tuple[Tagged, ...]:
    """The words of an encoded text from its tokens' logits [t, tags]."""
    best = logits.softmax(-1).max(-1)
    pieces = loaded.tokenizer.convert_ids_to_tokens(batch["input_ids"][0].tolist())
    return words(pieces, offsets, [tags[i] for i in best.indices.tolist()], best.values.tolist())


def encoded(
    loaded: Any, text: str, second: str | None = None
) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """A text, or a pair of texts, as a batch of one, and every token's place in its text.

    Raises BadInput for a text that no model can read, or that is longer than this one reads.
    """
    texts = [check_text(text)] if second is None else [check_text(text), check_text(second, "second text")]
    batch = loaded.tokenizer(*texts, return_tensors="pt", return_offsets_mapping=True, verbose=False)
    offsets = [(start, end) for start, end in batch.pop("offset_mapping")[0].tolist()]
    length, limit = len(offsets), loaded.model.config.max_position_embeddings
    if length > limit:
        whole = "text has" if second is None else "two texts together have"
        raise BadInput(
            f"The {whole} {length:,} tokens; {loaded.origin.title} reads {limit:,}.", "Shorten it."
        )
    return dict(batch), offsets
