"""ELECTRA (Clark et al. 2020, arXiv:2003.10555): which tokens did a small generator replace?

The generator is a masked language model with a quarter of the width inside; both share their embeddings and
are trained together, the discriminator's loss with weight 50. What the generator draws for a gap is shown to
the discriminator in its place; where it drew what stood there, nothing was replaced.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining

from training import scratch
from training.caption_world import bert, loop, masking
from training.caption_world.data import Captions
from training.caption_world.loop import IGNORED, Ids, Recipe, Row
from training.caption_world.tokenizer import BEGIN, END, MASK

WEIGHT = 50.0
SHAPE: dict[str, Any] = bert.SHAPE | {"embedding_size": 128}
SMALL: dict[str, Any] = SHAPE | {"hidden_size": 64, "num_attention_heads": 2, "intermediate_size": 256}


class Pair(nn.Module):
    """A generator and a discriminator with the same embeddings."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = ElectraForMaskedLM(ElectraConfig(**SMALL))
        self.discriminator = ElectraForPreTraining(ElectraConfig(**SHAPE))
        self.generator.electra.embeddings = self.discriminator.electra.embeddings
        self.generator.tie_weights()

    def set_attn_implementation(self, name: str) -> None:
        self.generator.set_attn_implementation(name)
        self.discriminator.set_attn_implementation(name)


def rows(captions: Captions[Ids], draw: random.Random) -> list[Row]:
    """Rows of one caption; every chosen piece becomes the mask (Clark et al. 2020, section 2)."""
    made = []
    for caption in captions.english:
        ids = [BEGIN, *caption, END]
        _, labels = masking.mask(ids, draw)
        made.append(
            Row([i if label == IGNORED else MASK for i, label in zip(ids, labels, strict=True)], labels)
        )
    return made


def guesses(
    generator: ElectraForMaskedLM, ids: torch.Tensor, seen: torch.Tensor, chosen: torch.Tensor
) -> torch.Tensor:
    """Scores [k, vocabulary] of the generator at the chosen places of ids [b, n]."""
    hidden = generator.electra(ids, attention_mask=seen).last_hidden_state[chosen]
    return generator.generator_lm_head(generator.generator_predictions(hidden))


def loss(model: Pair, batch: Sequence[Row], length: int) -> torch.Tensor:
    """The generator's mean cross-entropy plus 50 times the discriminator's over all tokens."""
    ids, seen = loop.inputs(batch, length)
    labels = loop.labels(batch, length)
    chosen = labels != IGNORED
    with scratch.half():
        scores = guesses(model.generator, ids, seen, chosen).float()
    drawn = torch.distributions.Categorical(logits=scores.detach()).sample()
    shown = ids.masked_scatter(chosen, drawn)
    replaced = torch.zeros_like(ids, dtype=torch.float).masked_scatter(
        chosen, (drawn != labels[chosen]).float()
    )
    with scratch.half():
        suspicion = model.discriminator(shown, attention_mask=seen).logits.float()
    found = binary_cross_entropy_with_logits(suspicion[seen.bool()], replaced[seen.bool()])
    return cross_entropy(scores, labels[chosen]) + WEIGHT * found


def recipe(name: str, words: Any, models: Path) -> Recipe:
    def parts(model: Pair) -> dict[str, Any]:
        return {name: model.discriminator, f"{name}-generator": model.generator}

    return Recipe(name, Pair, rows, loss, rate=2e-3, parts=parts)
