"""A tiny GPT-2 on a visitor's lines: characters, weights, one step, losses, samples.

Nothing here draws from torch's global generator, which other visitors' texts are drawn from at the same time.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import GPT2Config, GPT2LMHeadModel

LAYERS, WIDTH, HEADS = 2, 64, 4
RATE, WARM_UP, BATCH = 3e-3, 20, 16
INITIAL = 0.02
"""Standard deviation of the first weights (Radford et al. 2018, section 4.1)."""
IGNORED = -100


@dataclass(frozen=True)
class Characters:
    """A vocabulary of characters; 0 is the end of a line, which also stands in front of the first one."""

    known: tuple[str, ...]

    @cached_property
    def ids(self) -> dict[str, int]:
        return {character: index for index, character in enumerate(self.known, 1)}

    def __len__(self) -> int:
        return 1 + len(self.known)

    def encode(self, lines: Sequence[str]) -> torch.Tensor:
        """Lines as ids [b, n], an end before and behind each; padding is IGNORED."""
        rows = [[0, *(self.ids[character] for character in line), 0] for line in lines]
        longest = max(map(len, rows))
        return torch.tensor([row + [IGNORED] * (longest - len(row)) for row in rows])

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(self.known[index - 1] for index in ids if index)


def characters_of(lines: Sequence[str]) -> Characters:
    """The characters of lines, in the order of their code points."""
    return Characters(tuple(sorted(set("".join(lines)))))


def untrained(characters: int, longest: int, seed: int) -> Any:
    """The model before its first step, for rows of up to `longest` ids."""
    with torch.device("meta"):
        config = GPT2Config(
            vocab_size=characters,
            n_positions=longest,
            n_embd=WIDTH,
            n_layer=LAYERS,
            n_head=HEADS,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=0,
            eos_token_id=0,
        )
        model: Any = GPT2LMHeadModel(config)
    model.set_attn_implementation("eager")  # for rows this short faster than the fused one
    model.to_empty(device="cpu").tie_weights()
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.dim() > 1:
                weights.normal_(0.0, INITIAL, generator=draw)
            else:
                weights.fill_(float("ln_" in name and name.endswith("weight")))
    return model


def loss(model: Any, rows: torch.Tensor) -> torch.Tensor:
    """Mean nats per character of rows [b, n], ends included."""
    read = rows[:, :-1].clamp(min=0)
    scores = model(input_ids=read, use_cache=False).logits
    return cross_entropy(scores.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=IGNORED)


@torch.no_grad()
def measured(model: Any, rows: torch.Tensor) -> float:
    """The loss of rows as a number."""
    return loss(model, rows).item()


class Learner:
    """Trains a model on rows: AdamW with a short warm-up, norms of gradients cut at 1."""

    def __init__(self, model: Any, rows: torch.Tensor, seed: int) -> None:
        self.model, self.rows, self.done = model, rows, 0
        self._draw = random.Random(seed)
        self._optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01, fused=True)

    def step(self) -> None:
        """One step on BATCH rows, or on all if there are fewer."""
        chosen = self._draw.sample(range(len(self.rows)), min(BATCH, len(self.rows)))
        for group in self._optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (self.done + 1) / WARM_UP)
        with torch.enable_grad():
            loss(self.model, self.rows[chosen]).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.done += 1


@torch.no_grad()
def write(model: Any, count: int, longest: int, seed: int) -> list[list[int]]:
    """Lines drawn from the model's own probabilities (temperature 1), without their ends."""
    draw = torch.Generator().manual_seed(seed)
    ids = torch.zeros(count, 1, dtype=torch.long)
    for _ in range(longest - 1):
        shares = model(input_ids=ids, use_cache=False).logits[:, -1].softmax(-1)
        ids = torch.cat([ids, torch.multinomial(shares, 1, generator=draw)], 1)
        if bool((ids[:, 1:] == 0).any(1).all()):
            break
    rows = [row[1:] for row in ids.tolist()]
    return [row[: row.index(0)] if 0 in row else row for row in rows]
