"""ELMo (Peters et al. 2018, arXiv:1802.05365): two language models of LSTMs, one in each direction.

Both read the five English captions of each image, one a row; the loss is the mean of the two directions'.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from demos.models.elmo import ElmoConfig, ElmoModel, reversed_order
from training import scratch
from training.caption_world import decoders, loop
from training.caption_world.loop import Recipe, Row
from training.caption_world.tokenizer import BEGIN, PAD, SIZE


def build() -> ElmoModel:
    return ElmoModel(ElmoConfig(vocab_size=SIZE, dropout=0.0, pad_token_id=PAD))


def loss(model: ElmoModel, batch: Sequence[Row], length: int) -> torch.Tensor:
    """Mean cross-entropy of both directions in nats per predicted token."""
    ids, seen = loop.inputs(batch, length)
    real = seen[:, 1:].bool()
    with scratch.half():
        ahead, back = model.read(model.embedding(ids), reversed_order(ids, seen))
        following, preceding = model.scores(ahead[-1][:, :-1][real]), model.scores(back[-1][:, 1:][real])
    return (
        cross_entropy(following.float(), ids[:, 1:][real])
        + cross_entropy(preceding.float(), ids[:, :-1][real])
    ) / 2


def recipe(name: str, words: Any, models: Path) -> Recipe:
    return Recipe(name, build, decoders.english(BEGIN), loss, rate=2e-3)
