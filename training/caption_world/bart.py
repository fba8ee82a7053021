"""BART (Lewis et al. 2020, arXiv:1910.13461): mends broken captions.

Spans of words become one mask each (lengths from a Poisson distribution of mean 3, also 0; 30 % of the
words), and the captions of a row stand in a random order. A row has one to three captions of one image; their
true order is that of the data, the longest first, which a reader can restore.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BartConfig, BartForConditionalGeneration

from training.caption_world import seq2seq, words
from training.caption_world.data import Captions
from training.caption_world.loop import Ids, Recipe, Row
from training.caption_world.tokenizer import BEGIN, END, MASK


def build() -> BartForConditionalGeneration:
    return BartForConditionalGeneration(
        BartConfig(**seq2seq.SHAPE, bos_token_id=BEGIN, decoder_start_token_id=END, init_std=0.05)
    )


def rows(captions: Captions[Ids], starts: frozenset[int], draw: random.Random) -> list[Row]:
    made = []
    for image in captions.images:
        left = draw.sample(range(len(image)), len(image))
        while left:
            count = draw.randint(1, 3)
            chosen, left = sorted(left[:count]), left[count:]
            shown = draw.sample(chosen, len(chosen))
            broken = [i for place in shown for i in words.infilled(image[place], starts, MASK, draw)]
            whole = [i for place in chosen for i in image[place]]
            made.append(Row([BEGIN, *broken, END], target=[BEGIN, *whole, END]))
    return made


def loss(model: BartForConditionalGeneration, batch: Sequence[Row], length: int) -> torch.Tensor:
    return seq2seq.loss(model, batch, [END] * len(batch))


def recipe(name: str, tokenizer: Any, models: Path) -> Recipe:
    starts = words.starts(tokenizer.get_vocab())
    return Recipe(name, build, lambda captions, draw: rows(captions, starts, draw), loss, rate=2e-3)
