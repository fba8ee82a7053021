"""Masked language modelling (Devlin et al. 2019, arXiv:1810.04805, section 3.1) with any encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from training import scratch

SHARE, MEASURED_SHARE = 0.15, 0.15
Score = Callable[[Any, torch.Tensor, torch.Tensor], torch.Tensor]
"""(model, ids [b, n], positions [k] of b * n) -> scores [k, vocabulary]; pads are 0."""


class Hider:
    """Chooses the tokens to predict."""

    def __init__(self, tokenizer: Any) -> None:
        self.mask, self.size = tokenizer.mask_token_id, len(tokenizer)
        self.special = torch.tensor(tokenizer.all_special_ids)

    def __call__(
        self, ids: torch.Tensor, share: float, generator: torch.Generator, all_masked: bool = False
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids [b, n] with some tokens replaced, and which positions of b * n to predict.

        The share is rounded to a multiple of 32 tokens (few shapes, see `scratch.by_length`). Of these, 80 %
        become [MASK], 10 % any token, 10 % stay; with `all_masked`, all become [MASK].
        """
        lot = torch.rand(ids.numel(), generator=generator)
        lot[torch.isin(ids.flatten(), self.special)] = -1.0
        eligible = int((lot >= 0).sum())
        chosen = lot.topk(min(max(32, round(share * eligible / 32) * 32), eligible)).indices
        fate = torch.rand(len(chosen), generator=generator) * (0.0 if all_masked else 1.0)
        other = torch.randint(self.size, (len(chosen),), generator=generator)
        shown = ids.flatten().clone()
        shown[chosen[fate < 0.8]] = self.mask
        shown[chosen[fate >= 0.9]] = other[fate >= 0.9]
        return shown.view_as(ids), chosen


def pretrain(
    model: Any,
    score: Score,
    rows: Sequence[list[int]],
    tokenizer: Any,
    epochs: int,
    tokens: int,
    rate: float,
    checkpoint: Callable[[], None],
) -> None:
    """Trains in batches of `tokens`, with a new choice of hidden tokens in every epoch."""
    hide, generator = Hider(tokenizer), torch.Generator().manual_seed(0)
    lengths = [len(row) for row in rows]
    plan = [batch for _ in range(epochs) for batch in scratch.by_length(lengths, tokens, generator)]
    learner, clock = scratch.Learner(model, rate, len(plan)), scratch.Clock(len(plan))
    model.train()
    for step, (length, batch) in enumerate(plan):
        ids = scratch.padded((rows[i] for i in batch), 0, length)
        shown, chosen = hide(ids, SHARE, generator)
        with scratch.half():
            scores = score(model, shown, chosen)
        loss = nn.functional.cross_entropy(scores.float(), ids.flatten()[chosen])
        learner.step(loss)
        clock.tick(step, loss)
        if (step + 1) % 1000 == 0:
            checkpoint()
    model.eval()


@torch.no_grad()
def accuracy(model: Any, score: Score, rows: Sequence[list[int]], tokenizer: Any) -> float:
    """Share of correct first guesses when 15 % of the tokens, drawn once, are all replaced by [MASK]."""
    model.eval()
    hide, generator = Hider(tokenizer), torch.Generator().manual_seed(1)
    right = told = 0
    for batch in scratch.slices(sorted(range(len(rows)), key=lambda i: len(rows[i])), 50):
        ids = scratch.padded((rows[i] for i in batch), 0)
        shown, chosen = hide(ids, MEASURED_SHARE, generator, all_masked=True)
        right += int((score(model, shown, chosen).argmax(-1) == ids.flatten()[chosen]).sum())
        told += len(chosen)
    return round(right / told, 4)
