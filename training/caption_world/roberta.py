"""RoBERTa (Liu et al. 2019, arXiv:1907.11692): the masked language model alone, masks drawn anew each time.

A row packs one to four captions of one image, as full sentences of one document there.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import RobertaConfig, RobertaForMaskedLM

from training import scratch
from training.caption_world import bert, loop, masking
from training.caption_world.data import Captions
from training.caption_world.loop import IGNORED, Ids, Recipe, Row
from training.caption_world.tokenizer import BEGIN, END, LONGEST, PAD


def build() -> RobertaForMaskedLM:
    # Positions are counted from the padding's id plus one on.
    shape: dict[str, Any] = bert.SHAPE | {"max_position_embeddings": LONGEST + PAD + 1, "type_vocab_size": 1}
    return RobertaForMaskedLM(RobertaConfig(**shape, bos_token_id=BEGIN, eos_token_id=END))


def packs(image: Sequence[Ids], draw: random.Random) -> Iterable[list[Ids]]:
    """The captions of an image in a random order, one to four together."""
    order = draw.sample(list(image), len(image))
    while order:
        count = draw.randint(1, 4)
        yield order[:count]
        order = order[count:]


def rows(captions: Captions[Ids], draw: random.Random) -> list[Row]:
    made = []
    for image in captions.images:
        for pack in packs(image, draw):
            ids, labels = masking.mask([BEGIN, *(i for caption in pack for i in caption), END], draw)
            made.append(Row(ids, labels))
    return made


def loss(model: RobertaForMaskedLM, batch: Sequence[Row], length: int) -> torch.Tensor:
    """Mean cross-entropy at the chosen places, which alone reach the large matrix."""
    ids, seen = loop.inputs(batch, length)
    labels = loop.labels(batch, length)
    with scratch.half():
        hidden = model.roberta(ids, attention_mask=seen).last_hidden_state
        scores = model.lm_head(hidden[labels != IGNORED])
    return cross_entropy(scores.float(), labels[labels != IGNORED])


def recipe(name: str, words: Any, models: Path) -> Recipe:
    return Recipe(name, build, rows, loss, rate=2e-3)
