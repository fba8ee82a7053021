"""A masked language model that is fine-tuned to tell good reviews from bad ones, with its old head kept.

The new head is one linear layer on the vector of [CLS] (Devlin et al. 2019, arXiv:1810.04805, section 4.1).
Only the new task is trained, every weight of the encoder with it, at one rate after a short warm-up, so that
every epoch is a place where one could have stopped. The old head answers as before, on the changed encoder.
Nothing here draws from torch's global generator.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from demos.models.specs import Loaded

BATCH, WARM_UP, DECAY, CLIP, INITIAL = 32, 20, 0.01, 1.0, 0.02
CLASSES, POOL = 2, 16
LONGEST = 64
"""Tokens of a review that are read."""


class Learner:
    """A copy of a masked language model (BERT's layout), a new head of two classes, and their training.

    `rows` are token ids of reviews, `labels` 1 for positive ones. Batches are drawn anew from the seed in
    each epoch, of reviews of similar length, so that little is padded.
    """

    def __init__(
        self, loaded: Loaded, rows: Sequence[list[int]], labels: Sequence[int], rate: float, seed: int
    ) -> None:
        self.model: Any = copy.deepcopy(loaded.model).eval()  # eval: no dropout, for a model this small
        for weights in self.model.parameters():
            weights.requires_grad_(True)
        self._draw = torch.Generator().manual_seed(seed)
        self.head: Any = nn.utils.skip_init(nn.Linear, self.model.config.hidden_size, CLASSES)
        with torch.no_grad():
            self.head.weight.normal_(0.0, INITIAL, generator=self._draw)
            self.head.bias.zero_()
        self.rows, self.labels = list(rows), torch.tensor(labels)
        self.rate, self.done = rate, 0
        self._learning = [*self.model.parameters(), *self.head.parameters()]
        self._optimizer = torch.optim.AdamW(self._learning, lr=rate, weight_decay=DECAY, fused=True)
        self._order: list[list[int]] = []

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.rows) // BATCH)

    def step(self) -> float:
        """One step; returns the loss before it, in nats."""
        if not self._order:
            self._order = self._batches()
        chosen = self._order.pop()
        for group in self._optimizer.param_groups:
            group["lr"] = self.rate * min(1.0, (self.done + 1) / WARM_UP)
        with torch.enable_grad():
            loss = cross_entropy(self.scores([self.rows[i] for i in chosen]), self.labels[chosen])
            loss.backward()
        nn.utils.clip_grad_norm_(self._learning, CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.done += 1
        return loss.item()

    def _batches(self) -> list[list[int]]:
        """All reviews in batches: POOL batches are drawn at once and sorted by length."""
        shuffled = torch.randperm(len(self.rows), generator=self._draw)
        batches = []
        for pool in shuffled.split(POOL * BATCH):
            order = sorted(pool.tolist(), key=lambda i: len(self.rows[i]))
            batches += [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        return [batches[i] for i in torch.randperm(len(batches), generator=self._draw).tolist()]

    def scores(self, rows: Sequence[list[int]]) -> torch.Tensor:
        """Scores of the two classes [b, 2]."""
        ids = padded(rows)
        return self.head(self.model.bert(ids, attention_mask=(ids != 0).long()).last_hidden_state[:, 0])

    @torch.no_grad()
    def right(self, rows: Sequence[list[int]], labels: Sequence[int]) -> float:
        """Share of reviews whose class is the one with the higher score."""
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        hits = 0
        for start in range(0, len(order), 64):
            part = order[start : start + 64]
            said = self.scores([rows[i] for i in part]).argmax(-1).tolist()
            hits += sum(one == labels[i] for one, i in zip(said, part, strict=True))
        return hits / len(rows)


def padded(rows: Sequence[list[int]]) -> torch.Tensor:
    """Rows of ids as one tensor [b, n]; 0 is BERT's padding."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])


def encoded(texts: Sequence[str], loaded: Loaded) -> list[list[int]]:
    """Texts as token ids with [CLS] and [SEP], at most LONGEST each."""
    return loaded.tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
