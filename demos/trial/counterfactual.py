"""What happens to the output under other attention: edited, permuted, uniform.

Everything works on encoded sentences, so the encoder runs once however many variants are tried.
"""

from __future__ import annotations

import torch

from demos.trial.classifier import AttentionClassifier, Encoded, uniform_attention

PERMUTATIONS = 100


@torch.no_grad()
def probability_under(model: AttentionClassifier, encoded: Encoded, attention: torch.Tensor) -> torch.Tensor:
    """P(positive) [..., b] under attention [..., b, n]."""
    return model.classify(encoded, attention).sigmoid()


def permuted(
    attention: torch.Tensor, words: torch.Tensor, seed: int, count: int = PERMUTATIONS
) -> torch.Tensor:
    """Attention [b, n] with its weights shuffled among the words of each sentence, [count, b, n]."""
    generator = torch.Generator().manual_seed(seed)
    keys = torch.rand((count, *attention.shape), generator=generator)
    # Positions that are no words sort behind all words, in both orders, and so keep their zeros.
    shuffled = keys.masked_fill(~words, 2.0).argsort(-1)
    in_order = torch.where(words, 0.0, 2.0).argsort(dim=-1, stable=True).expand_as(shuffled)
    return torch.zeros_like(keys).scatter(-1, in_order, attention.expand_as(keys).gather(-1, shuffled))


@torch.no_grad()
def permutation_changes(
    model: AttentionClassifier,
    encoded: Encoded,
    attention: torch.Tensor,
    seed: int = 0,
    count: int = PERMUTATIONS,
) -> torch.Tensor:
    """|p_permuted - p| for `count` shuffles of each sentence, [count, b] (Jain & Wallace, section 4.2.1)."""
    own = probability_under(model, encoded, attention)
    return (probability_under(model, encoded, permuted(attention, encoded.words, seed, count)) - own).abs()


@torch.no_grad()
def uniform_change(model: AttentionClassifier, encoded: Encoded, attention: torch.Tensor) -> torch.Tensor:
    """|p_uniform - p| of each sentence, [b]: uniform weights put in after training ("post hoc")."""
    uniform = probability_under(model, encoded, uniform_attention(encoded.words))
    return (uniform - probability_under(model, encoded, attention)).abs()


def edited(attention: torch.Tensor, position: int, weight: float) -> torch.Tensor:
    """Attention [n] with one word's weight set; the rest keep their proportions and fill up to 1."""
    rest = attention.clone()
    rest[position] = 0
    total = rest.sum()
    if total > 0:
        rest = rest / total * (1 - weight)
    rest[position] = weight if total > 0 else 1.0
    return rest
