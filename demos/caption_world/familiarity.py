"""How familiar a text is to a language model: its perplexity per word, so that tokenizers can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


@torch.no_grad()
def negative_log_likelihood(model: Any, ids: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """Nats [b] of all tokens but the first of ids [b, n], each from those before it.

    `seen` [b, n] is 0 at padding.
    """
    out = model(ids, attention_mask=seen)
    scores = out.following if hasattr(out, "following") else out.logits
    return negative_log_probability(scores[:, :-1], ids[:, 1:], seen[:, 1:])


def negative_log_probability(
    scores: torch.Tensor, wanted: torch.Tensor, counted: torch.Tensor
) -> torch.Tensor:
    """Nats [b] of the wanted tokens [b, n] by scores [b, n, vocabulary], where `counted` [b, n] is not 0."""
    found = scores.log_softmax(-1).gather(-1, wanted[..., None])[..., 0]
    return -torch.where(counted > 0, found, 0.0).sum(1)


def per_word(nats: Sequence[float], texts: Sequence[str]) -> float:
    """Perplexity per word of texts: exp(all nats / all words between spaces)."""
    words = sum(len(text.split()) for text in texts)
    return torch.tensor(sum(nats) / max(1, words)).exp().item()
