"""Left to right: GPT (Radford et al. 2018), GPT-2 (Radford et al. 2019), CTRL (Keskar et al. 2019).

GPT and GPT-2 read the five English captions of each image, one a row. CTRL reads the captions of three
languages, and the first token of each says which: its control code. Every token but the first has a loss.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import (
    CTRLConfig,
    CTRLLMHeadModel,
    GPT2Config,
    GPT2LMHeadModel,
    OpenAIGPTConfig,
    OpenAIGPTLMHeadModel,
)

from training import scratch
from training.caption_world import loop
from training.caption_world.data import LANGUAGES, Captions
from training.caption_world.loop import IGNORED, Ids, Recipe, Row
from training.caption_world.tokenizer import BEGIN, CODES, END, LONGEST, PAD, SIZE

SHAPE: dict[str, Any] = {
    "vocab_size": SIZE,
    "n_positions": LONGEST,
    "n_embd": 128,
    "n_layer": 4,
    "n_head": 4,
    "resid_pdrop": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
    "pad_token_id": PAD,
    "eos_token_id": END,
}
"""What the decoders have in common."""


def gpt() -> OpenAIGPTLMHeadModel:
    return OpenAIGPTLMHeadModel(OpenAIGPTConfig(**SHAPE, bos_token_id=BEGIN))


def gpt2() -> GPT2LMHeadModel:
    return GPT2LMHeadModel(GPT2Config(**SHAPE, bos_token_id=END))


def ctrl() -> CTRLLMHeadModel:
    return CTRLLMHeadModel(CTRLConfig(**SHAPE, dff=512))


def english(begin: int) -> Any:
    """Rows of one English caption between its first and its last token."""

    def rows(captions: Captions[Ids], draw: random.Random) -> list[Row]:
        return [Row([begin, *caption, END]) for caption in captions.english]

    return rows


def coded(captions: Captions[Ids], draw: random.Random) -> list[Row]:
    """Rows of one caption in each of the three languages, each behind its control code."""
    return [
        Row([CODES[language], *caption, END])
        for language in LANGUAGES
        for caption in captions.aligned[language]
    ]


def loss(model: Any, batch: Sequence[Row], length: int) -> torch.Tensor:
    """Mean cross-entropy of each token after those before it.

    Padding stands on the right, where a causal mask hides it: no other mask is needed.
    """
    ids, seen = loop.inputs(batch, length)
    wanted = torch.where(seen.bool(), ids, IGNORED)[:, 1:]
    with scratch.half():
        hidden = model.transformer(ids[:, :-1])[0][wanted != IGNORED]
        scores = model.lm_head(hidden)
    return cross_entropy(scores.float(), wanted[wanted != IGNORED])


def recipe(name: str, words: Any, models: Path) -> Recipe:
    build, rows = {"gpt": (gpt, english(BEGIN)), "gpt2": (gpt2, english(END)), "ctrl": (ctrl, coded)}[name]
    return Recipe(name, build, rows, loss, rate=2e-3, watched=name == "gpt2")
