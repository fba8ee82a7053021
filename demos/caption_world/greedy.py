"""Writing token by token, always the likeliest."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Written:
    """The new ids, without the end.

    `probability` is the geometric mean of the ids' probabilities and, if it was written, the end's.
    """

    ids: list[int]
    probability: float


@torch.no_grad()
def greedy(
    scores: Callable[[list[int]], torch.Tensor], begin: Sequence[int], ends: Collection[int], most: int
) -> Written:
    """Continues `begin` by at most `most` tokens; `scores(ids)` are those [vocabulary] of the next one, and
    any of `ends` is the last."""
    ids, logprobs = list(begin), []
    for _ in range(most):
        chances = scores(ids).log_softmax(-1)
        best = int(chances.argmax())
        logprobs.append(float(chances[best]))
        if best in ends:
            break
        ids.append(best)
    return Written(ids[len(begin) :], math.exp(statistics.fmean(logprobs)) if logprobs else 0.0)


def after(model: Any) -> Callable[[list[int]], torch.Tensor]:
    """The scores of a decoder's next token."""
    return lambda ids: model(torch.tensor([ids])).logits[0, -1]


def behind(model: Any, source: Sequence[int]) -> Callable[[list[int]], torch.Tensor]:
    """The scores of the next token of an encoder-decoder that reads `source` once, and each of its own tokens
    once: the ids must grow by one from call to call."""
    known: dict[str, Any] = {
        "encoder_outputs": model.get_encoder()(input_ids=torch.tensor([source])),
        "attention_mask": torch.ones(1, len(source), dtype=torch.long),
        "past_key_values": None,
    }

    def scores(ids: list[int]) -> torch.Tensor:
        out = model(**known, decoder_input_ids=torch.tensor([ids[-1:]]), use_cache=True)
        known["past_key_values"] = out.past_key_values
        return out.logits[0, -1]

    return scores
