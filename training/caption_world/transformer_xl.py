"""Transformer-XL (Dai et al. 2019, arXiv:1901.02860): the five captions of an image as one stream.

The stream is read in segments; each remembers the one before it, without gradient. The order of the captions
is drawn anew.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from demos.models.transformer_xl import TransformerXLConfig, TransformerXLModel
from training import scratch
from training.caption_world import loop
from training.caption_world.data import Captions
from training.caption_world.loop import IGNORED, Ids, Recipe, Row
from training.caption_world.tokenizer import END, PAD, SIZE

SEGMENT, MEMORY = 32, 96
"""In tokens: a segment holds two captions, the memory the image's other four."""


def build() -> TransformerXLModel:
    config = TransformerXLConfig(
        vocab_size=SIZE, segment_length=SEGMENT, memory_length=MEMORY, dropout=0.0, pad_token_id=PAD
    )
    return TransformerXLModel(config)


def stream(image: Sequence[Ids]) -> Ids:
    """The captions one after another, an end before each and after the last."""
    return [END, *(index for caption in image for index in [*caption, END])]


def rows(captions: Captions[Ids], draw: random.Random) -> list[Row]:
    return [Row(stream(draw.sample(image, len(image)))) for image in captions.images]


def loss(model: TransformerXLModel, batch: Sequence[Row], length: int) -> torch.Tensor:
    """Mean cross-entropy of all tokens but a stream's first, segment by segment."""
    ids, seen = loop.inputs(batch, length)
    wanted = torch.where(seen.bool(), ids, IGNORED)[:, 1:]
    memory, scores = None, []
    with scratch.half():
        for start in range(0, length - 1, SEGMENT):
            part = slice(start, min(start + SEGMENT, length - 1))
            out = model(ids[:, part], attention_mask=seen[:, part], memory=memory)
            memory = out.memory
            scores.append(out.logits)
    return cross_entropy(torch.cat(scores, 1).flatten(0, 1).float(), wanted.flatten(), ignore_index=IGNORED)


def recipe(name: str, words: Any, models: Path) -> Recipe:
    return Recipe(name, build, rows, loss, rate=2e-3, tokens=4_096)
