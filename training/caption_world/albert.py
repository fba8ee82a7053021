"""ALBERT (Lan et al. 2020, arXiv:1909.11942): one layer used four times, small embeddings, sentence order.

A caption is cut in two at a word near its middle; the two parts stand in order (0) or swapped (1), without
what would betray the order: the capital at the beginning and the full stop at the end. Masks are drawn anew.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import AlbertConfig, AlbertForPreTraining

from training import scratch
from training.caption_world import bert, loop, masking
from training.caption_world.data import Captions
from training.caption_world.loop import IGNORED, Ids, Recipe, Row
from training.caption_world.tokenizer import BEGIN, END

EMBEDDING = 64


@dataclass(frozen=True)
class Lexicon:
    """What of the vocabulary the cut needs to know."""

    starts: frozenset[int]
    """Ids of pieces that begin a word."""
    lower: dict[int, int]
    """Of a piece with a capital at its beginning the same piece without."""
    stop: int
    """The full stop's id."""


def lexicon(vocabulary: dict[str, int]) -> Lexicon:
    starts = {piece: index for piece, index in vocabulary.items() if piece.startswith("▁") and len(piece) > 1}
    lower = {
        index: vocabulary[small]
        for piece, index in starts.items()
        if (small := "▁" + piece[1].lower() + piece[2:]) != piece and small in vocabulary
    }
    return Lexicon(frozenset(starts.values()), lower, vocabulary["."])


def halves(caption: Ids, lexicon: Lexicon, draw: random.Random) -> tuple[Ids, Ids] | None:
    """The two parts of a caption, or None where no word begins near its middle."""
    ids = list(caption[:-1]) if caption and caption[-1] == lexicon.stop else list(caption)
    if not ids:
        return None
    ids[0] = lexicon.lower.get(ids[0], ids[0])
    third = len(ids) // 3
    cuts = [place for place in range(max(1, third), len(ids) - third) if ids[place] in lexicon.starts]
    cut = draw.choice(cuts) if cuts else 0
    return (ids[:cut], ids[cut:]) if cut else None


def build() -> AlbertForPreTraining:
    config = AlbertConfig(
        **bert.SHAPE,
        embedding_size=EMBEDDING,
        num_hidden_groups=1,
        inner_group_num=1,
        classifier_dropout_prob=0.0,
    )
    return AlbertForPreTraining(config)


def ordered(captions: Captions[Ids], lexicon: Lexicon, draw: random.Random) -> list[tuple[Ids, Ids, int]]:
    """The parts of each caption in order (0) or swapped (1), half and half."""
    made = []
    for caption in captions.english:
        if parts := halves(caption, lexicon, draw):
            swapped = int(draw.random() < 0.5)
            made.append((*(reversed(parts) if swapped else parts), swapped))
    return made


def rows(captions: Captions[Ids], lexicon: Lexicon, draw: random.Random) -> list[Row]:
    made = []
    for first, second, swapped in ordered(captions, lexicon, draw):
        ids, labels = masking.mask([BEGIN, *first, END, *second, END], draw)
        made.append(Row(ids, labels, second=len(first) + 2, label=swapped))
    return made


def loss(model: AlbertForPreTraining, batch: Sequence[Row], length: int) -> torch.Tensor:
    """The sum of both objectives' mean cross-entropies."""
    ids, seen = loop.inputs(batch, length)
    labels = loop.labels(batch, length)
    with scratch.half():
        out = model.albert(ids, attention_mask=seen, token_type_ids=loop.segments(batch, length))
        words = model.predictions(out.last_hidden_state[labels != IGNORED])
        order = model.sop_classifier(out.pooler_output)
    return cross_entropy(words.float(), labels[labels != IGNORED]) + cross_entropy(
        order.float(), loop.classes(batch)
    )


def recipe(name: str, words: Any, models: Path) -> Recipe:
    known = lexicon(words.get_vocab())
    return Recipe(name, build, lambda captions, draw: rows(captions, known, draw), loss, rate=2e-3)
