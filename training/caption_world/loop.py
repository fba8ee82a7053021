"""One loop for all recipes: train on rows until a number of tokens has been seen.

A token counts each time a model is given it, padding never does; of an encoder-decoder both sides count. What
is random (masks, pairs, order) is drawn where rows are made, so that a loss is a plain function of its batch.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from training import scratch
from training.caption_world.data import Captions
from training.caption_world.tokenizer import LONGEST, PAD

IGNORED = -100
SHARES = (0.0, 0.02, 0.06, 0.2, 0.5)
"""Shares of the budget at which "Watch it learn" has checkpoints, besides the end."""
Ids = list[int]


@dataclass(frozen=True)
class Row:
    """What a model sees at once, with its special tokens."""

    ids: Ids
    labels: Ids = field(default_factory=list)
    """Of each id what is to be found there, or IGNORED; empty where the objective says it."""
    target: Ids = field(default_factory=list)
    """What a decoder is to write."""
    second: int | None = None
    """Where the second of two texts begins."""
    label: int = 0
    """The class of the pair."""

    @property
    def tokens(self) -> int:
        return len(self.ids) + len(self.target)

    @property
    def length(self) -> int:
        return max(len(self.ids), len(self.target))


@dataclass(frozen=True)
class Recipe:
    """How one architecture is trained."""

    name: str
    build: Callable[[], Any]
    """The untrained model."""
    rows: Callable[[Captions[Ids], random.Random], list[Row]]
    """The rows of one pass over the captions."""
    loss: Callable[[Any, Sequence[Row], int], torch.Tensor]
    """The loss of rows that are padded to a length."""
    rate: float = 1e-3
    tokens: int = 2_048
    """Tokens of a batch, padding counted."""
    warm_up: float = 0.06
    factors: Mapping[str, float] = field(default_factory=dict)
    """Of the rate, for parameters whose names end like these."""
    fixed: bool = False
    """Whether all passes see the same rows, masks included."""
    watched: bool = False
    """Whether checkpoints along the way are kept."""
    parts: Callable[[Any], dict[str, Any]] | None = None
    """The models that are written, by the names of their folders; by default the one that was trained."""


@dataclass(frozen=True)
class Run:
    """What a training run took."""

    tokens: int
    steps: int
    seconds: float
    """Of the processor, not of the clock on the wall: other work on the machine does not count."""
    precision: str
    """Of the matrix products."""
    curve: list[tuple[int, float]]
    """Tokens seen and the loss on held-out rows."""


def batches(recipe: Recipe, captions: Captions[Ids], draw: random.Random) -> Iterator[tuple[int, list[Row]]]:
    """Batches for ever, pass after pass, each with the length to which it is padded."""
    generator = torch.Generator().manual_seed(draw.getrandbits(31))
    rows = recipe.rows(captions, draw)
    while True:
        rows = [row for row in rows if row.length <= LONGEST]
        for length, chosen in scratch.by_length([row.length for row in rows], recipe.tokens, generator):
            yield length, [rows[index] for index in chosen]
        rows = rows if recipe.fixed else recipe.rows(captions, draw)


def fit(
    recipe: Recipe,
    model: Any,
    train: Captions[Ids],
    held_out: Captions[Ids],
    budget: int,
    keep: Callable[[float], None] = lambda share: None,
) -> Run:
    """Trains until at least `budget` tokens were seen; `keep(share)` is called at each of SHARES."""
    draw, shares = random.Random(0), list(SHARES)
    judged = recipe.rows(held_out, random.Random(1))[:400]
    learner = scratch.Learner(model, recipe.rate, budget, recipe.warm_up, factors=recipe.factors)
    clock, curve, step, judge_at = scratch.Clock(budget), [], 0, 0.0
    begin = time.process_time()
    plan = batches(recipe, train, draw)
    if hasattr(model, "set_attn_implementation"):
        model.set_attn_implementation("eager")  # on a processor twice as fast to train as sdpa for short rows
    model.train()
    while learner.done < budget:
        while shares and learner.done >= shares[0] * budget:
            keep(shares.pop(0))
        if learner.done >= judge_at * budget:
            curve.append((learner.done, held_out_loss(recipe, model, judged)))
            print(f"  held-out loss {curve[-1][1]:.3f} at {learner.done:,} tokens", flush=True)
            judge_at += 0.05
        length, rows = next(plan)
        loss = recipe.loss(model, rows, length)
        learner.step(loss, sum(row.tokens for row in rows))
        step += 1
        clock.losses.append(loss.detach())
        if step % clock.every == 0:
            clock.report(learner.done)
    curve.append((learner.done, held_out_loss(recipe, model, judged)))
    model.eval()
    return Run(learner.done, step, round(time.process_time() - begin, 1), scratch.PRECISION, curve)


@torch.no_grad()
def held_out_loss(recipe: Recipe, model: nn.Module, rows: list[Row]) -> float:
    """Mean loss of rows, in slices of like length; leaves the model as it was."""
    training = model.training
    model.eval()
    order = sorted((row for row in rows if row.length <= LONGEST), key=lambda row: row.length)
    parts = [order[start : start + 50] for start in range(0, len(order), 50)]
    losses = [recipe.loss(model, part, part[-1].length).item() for part in parts]
    model.train(training)
    return round(sum(losses) / len(losses), 4)


def inputs(rows: Sequence[Row], length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids [b, length] and which of them are no padding [b, length]."""
    ids = scratch.padded([row.ids for row in rows], PAD, length)
    return ids, (ids != PAD).long()


def labels(rows: Sequence[Row], length: int) -> torch.Tensor:
    """What is to be found at each place [b, length], or IGNORED."""
    return scratch.padded([row.labels for row in rows], IGNORED, length)


def segments(rows: Sequence[Row], length: int) -> torch.Tensor:
    """0 for the first text and 1 for the second [b, length]; padding has 0."""
    return scratch.padded(
        [
            [int(row.second is not None and place >= row.second) for place in range(len(row.ids))]
            for row in rows
        ],
        0,
        length,
    )


def classes(rows: Sequence[Row]) -> torch.Tensor:
    """The classes of the pairs [b]."""
    return torch.tensor([row.label for row in rows])
