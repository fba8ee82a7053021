"""Adversarial attention: as different as possible from the model's own, with almost the same output.

Jain & Wallace 2019, section 4.2.2 and their released settings. The model is frozen; only attention
distributions are optimised, several starts for every sentence of a batch at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from demos.trial.classifier import AttentionClassifier, Encoded, uniform_attention
from demos.trial.divergence import jensen_shannon, total_variation


@dataclass(frozen=True)
class AdversarySettings:
    """starts: K distributions per sentence; epsilon: the largest change of the output that counts.

    The loss penalises changes above `slack` by `penalty`, which is stricter than `epsilon`.
    """

    starts: int = 5
    steps: int = 500
    rate: float = 0.01
    epsilon: float = 0.05
    slack: float = 0.01
    penalty: float = 500.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Adversary:
    """The best adversary of each of b sentences of n positions.

    attention [b, n]; probability [b] under it; divergence [b], its Jensen-Shannon divergence from the
    model's own attention; difference [b], |p - p_own|; found [b]: False where no start stayed within
    epsilon, and the model's own attention is returned.
    """

    attention: torch.Tensor
    probability: torch.Tensor
    divergence: torch.Tensor
    difference: torch.Tensor
    found: torch.Tensor


def adversarial_attention(
    model: AttentionClassifier, encoded: Encoded, own: torch.Tensor, settings: AdversarySettings
) -> Adversary:
    """Optimise attention for encoded sentences [b, n] whose own attention is `own` [b, n]."""
    words, count = encoded.words, settings.starts
    with torch.no_grad():
        target = model.classify(encoded, own).sigmoid()
    generator = torch.Generator().manual_seed(settings.seed)
    noise = 3 * torch.randn((count, *own.shape), generator=generator)
    logits = (uniform_attention(words).clamp_min(1e-30).log() + noise).requires_grad_()
    optimizer = torch.optim.Adam([logits], lr=settings.rate, amsgrad=True)
    for _ in range(settings.steps):
        attention = logits.masked_fill(~words, float("-inf")).softmax(-1)
        change = total_variation(model.classify(encoded, attention).sigmoid(), target)
        loss = settings.penalty * (change - settings.slack).relu() - jensen_shannon(attention, own)
        loss = loss.sum() - mean_pairwise_divergence(attention).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return _best(model, encoded, own, logits.masked_fill(~words, float("-inf")).softmax(-1), settings)


def mean_pairwise_divergence(attention: torch.Tensor) -> torch.Tensor:
    """Mean Jensen-Shannon divergence between the K starts [K, b, n] of each sentence, [b]; 0 for one."""
    count = attention.shape[0]
    if count == 1:
        return attention.new_zeros(attention.shape[1])
    first, second = torch.triu_indices(count, count, 1)
    return jensen_shannon(attention[first], attention[second]).mean(0)


def _best(
    model: AttentionClassifier,
    encoded: Encoded,
    own: torch.Tensor,
    attention: torch.Tensor,
    settings: AdversarySettings,
) -> Adversary:
    target = model.classify(encoded, own).sigmoid()
    probability = model.classify(encoded, attention).sigmoid()
    divergence = jensen_shannon(attention, own)
    allowed = total_variation(probability, target) <= settings.epsilon
    best = divergence.masked_fill(~allowed, -1.0).argmax(0)
    rows = torch.arange(own.shape[0])
    found = allowed.any(0)
    chosen = torch.where(found[:, None], attention[best, rows], own)
    chosen_probability = torch.where(found, probability[best, rows], target)
    return Adversary(
        attention=chosen,
        probability=chosen_probability,
        divergence=jensen_shannon(chosen, own),
        difference=total_variation(chosen_probability, target),
        found=found,
    )
