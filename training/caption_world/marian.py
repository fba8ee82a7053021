"""Marian (Junczys-Dowmunt et al. 2018, arXiv:1804.00344): translates English captions into French."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import MarianConfig, MarianMTModel

from training.caption_world import seq2seq
from training.caption_world.data import Captions
from training.caption_world.loop import Ids, Recipe, Row
from training.caption_world.tokenizer import END, PAD

SHAPE: dict[str, Any] = seq2seq.SHAPE | {"dropout": 0.1}  # it reads 29,000 pairs a dozen times


def build() -> MarianMTModel:
    return MarianMTModel(
        MarianConfig(
            **SHAPE,
            activation_function="relu",
            decoder_start_token_id=PAD,
            share_encoder_decoder_embeddings=True,
        )
    )


def rows(captions: Captions[Ids], draw: random.Random) -> list[Row]:
    pairs = zip(captions.aligned["en"], captions.aligned["fr"], strict=True)
    return [Row([*source, END], target=[*target, END]) for source, target in pairs]


def loss(model: MarianMTModel, batch: Sequence[Row], length: int) -> torch.Tensor:
    return seq2seq.loss(model, batch, [PAD] * len(batch), smoothing=0.1)


def recipe(name: str, tokenizer: Any, models: Path) -> Recipe:
    return Recipe(name, build, rows, loss, rate=2e-3, warm_up=0.1, watched=True)
