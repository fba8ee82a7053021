"""mBART (Liu et al. 2020, arXiv:2001.08210): denoising in three languages, and translation from English.

The source ends with its language's code, and the decoder begins with the code of the language that it is to
write, as in transformers' MBart. Both tasks are mixed from the beginning, not one after the other as there.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import MBartConfig, MBartForConditionalGeneration

from training.caption_world import seq2seq, words
from training.caption_world.data import LANGUAGES, Captions
from training.caption_world.loop import Ids, Recipe, Row
from training.caption_world.tokenizer import BEGIN, CODES, END, MASK


def build() -> MBartForConditionalGeneration:
    return MBartForConditionalGeneration(
        MBartConfig(**seq2seq.SHAPE, bos_token_id=BEGIN, decoder_start_token_id=CODES["fr"], init_std=0.05)
    )


def rows(captions: Captions[Ids], starts: frozenset[int], draw: random.Random) -> list[Row]:
    """Of each image a caption to mend in each language and two translations; `label` is the target's code."""
    made = []
    for language in LANGUAGES:
        code = CODES[language]
        for caption in captions.aligned[language]:
            broken = words.infilled(caption, starts, MASK, draw)
            made.append(Row([*broken, END, code], target=[*caption, END], label=code))
    for language in LANGUAGES[1:]:
        for source, target in zip(captions.aligned["en"], captions.aligned[language], strict=True):
            made.append(Row([*source, END, CODES["en"]], target=[*target, END], label=CODES[language]))
    return made


def loss(model: MBartForConditionalGeneration, batch: Sequence[Row], length: int) -> torch.Tensor:
    return seq2seq.loss(model, batch, [row.label for row in batch], smoothing=0.1)


def recipe(name: str, tokenizer: Any, models: Path) -> Recipe:
    starts = words.starts(tokenizer.get_vocab())
    return Recipe(name, build, lambda captions, draw: rows(captions, starts, draw), loss, rate=2e-3)
