"""BERT (Devlin et al. 2019, arXiv:1810.04805): masked language model and next sentence.

The "next sentence" is another caption of the same image; half of the pairs have a caption of another image.
Masks are drawn once for each pair of the training data, as there.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForPreTraining

from training import scratch
from training.caption_world import loop, masking
from training.caption_world.data import Captions
from training.caption_world.loop import IGNORED, Ids, Recipe, Row
from training.caption_world.tokenizer import BEGIN, END, LONGEST, PAD, SIZE

SHAPE: dict[str, Any] = {
    "vocab_size": SIZE,
    "hidden_size": 128,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 512,
    "max_position_embeddings": LONGEST,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.05,
    "pad_token_id": PAD,
}
"""What the encoders of this family have in common."""


def build() -> BertForPreTraining:
    return BertForPreTraining(BertConfig(**SHAPE))


def pairs(captions: Captions[Ids], draw: random.Random) -> list[tuple[Ids, Ids, int]]:
    """Each caption with another of its image (0) or one of another image (1), half and half."""
    found = []
    for place, image in enumerate(captions.images):
        for index, first in enumerate(image):
            other = int(draw.random() < 0.5)
            if other:
                step = draw.randrange(1, len(captions.images))
                second = draw.choice(captions.images[(place + step) % len(captions.images)])
            else:
                second = image[(index + draw.randrange(1, len(image))) % len(image)]
            found.append((first, second, other))
    return found


def rows(captions: Captions[Ids], draw: random.Random) -> list[Row]:
    made = []
    for first, second, other in pairs(captions, draw):
        ids, labels = masking.mask([BEGIN, *first, END, *second, END], draw)
        made.append(Row(ids, labels, second=len(first) + 2, label=other))
    return made


def loss(model: BertForPreTraining, batch: Sequence[Row], length: int) -> torch.Tensor:
    """The sum of both objectives' mean cross-entropies; only the chosen places reach the large matrix."""
    ids, seen = loop.inputs(batch, length)
    labels = loop.labels(batch, length)
    with scratch.half():
        out = model.bert(ids, attention_mask=seen, token_type_ids=loop.segments(batch, length))
        words, pair = model.cls(out.last_hidden_state[labels != IGNORED], out.pooler_output)
    return cross_entropy(words.float(), labels[labels != IGNORED]) + cross_entropy(
        pair.float(), loop.classes(batch)
    )


def recipe(name: str, words: Any, models: Path) -> Recipe:
    return Recipe(name, build, rows, loss, rate=2e-3, fixed=True, watched=True)
