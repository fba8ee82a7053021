"""Adversarial attention: as different as possible from the model's own, with almost the same output.

Jain & Wallace 2019, section 4.2.2, with the settings of their released code except one: our reward for starts
that differ from each other is the mean over pairs of distinct starts, theirs over all K * K pairs, including
each start with itself, so that ours weighs K / (K - 1) = 1.25 times theirs. The model is frozen; only
attention distributions are optimised, several starts at once for every sentence of a batch. Each head has its
own distribution, and divergences are means over the heads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from demos.budget import spend
from demos.debate.methods.divergence import jensen_shannon, total_variation
from demos.debate.methods.encoded_sentences import EncodedSentences


@dataclass(frozen=True)
class AdversarySettings:
    """starts: K distributions per sentence; epsilon: the largest change of the output that counts.

    The loss penalises changes above `slack` by `penalty`, so the search aims at `slack`; `epsilon` only
    rejects starts that failed.
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
    """The state of the search after `step` steps, for each of b sentences: among the starts that now change
    the output by at most epsilon, the one that differs most from the model's own attention.

    attention [b, h, w]; probability [b] under it; divergence [b], its Jensen-Shannon divergence from
    the model's own attention; difference [b], |p - p_own|; found [b]: False where no start stayed
    within epsilon, and the model's own attention is returned. Of every start k: divergences and
    differences [K, b].
    """

    step: int
    attention: torch.Tensor
    probability: torch.Tensor
    divergence: torch.Tensor
    difference: torch.Tensor
    found: torch.Tensor
    divergences: torch.Tensor
    differences: torch.Tensor


def adversarial_attention(reading: EncodedSentences, settings: AdversarySettings) -> Adversary:
    """Optimises attention for all sentences of a reading and returns the best of each."""
    *_, last = adversary_steps(reading, settings, every=settings.steps)
    return last


def adversary_steps(
    reading: EncodedSentences, settings: AdversarySettings, every: int
) -> Iterator[Adversary]:
    """Yields the state of the search after every `every` steps, and after the last one."""
    own, target = reading.attention, reading.probability
    generator = torch.Generator().manual_seed(settings.seed)
    noise = 3 * torch.randn((settings.starts, *own.shape), generator=generator)
    logits = (reading.uniform.clamp_min(1e-30).log() + noise).requires_grad_()
    outside = ~reading.words[:, None]
    optimizer = torch.optim.Adam([logits], lr=settings.rate, amsgrad=True)
    for step in range(1, settings.steps + 1):
        spend()
        with torch.enable_grad():
            attention = logits.masked_fill(outside, float("-inf")).softmax(-1)
            change = total_variation(reading.classify(attention), target)
            loss = settings.penalty * (change - settings.slack).relu() - mean_divergence(attention, own)
            loss = loss.sum() - mean_pairwise_divergence(attention).sum()
            (logits.grad,) = torch.autograd.grad(loss, logits)
        optimizer.step()
        if step % every == 0 or step == settings.steps:
            with torch.no_grad():
                attention = logits.masked_fill(outside, float("-inf")).softmax(-1)
                best = _best(step, reading, target, attention, settings)
            # Outside the block: another thread may ask for the next step.
            yield best


def told(divergence: float) -> float:
    """An adversary's divergence without meaningless digits: with five other random starts, that of a single
    sentence moves by 0.02 to 0.05 (standard deviation over three seeds)."""
    return round(divergence, 2)


def mean_divergence(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Jensen-Shannon divergence of attention [..., h, w], averaged over the heads, [...]."""
    return jensen_shannon(first, second).mean(-1)


def mean_pairwise_divergence(attention: torch.Tensor) -> torch.Tensor:
    """Mean divergence between the K starts [K, b, h, w] of each sentence, [b]; 0 for one start."""
    count = attention.shape[0]
    if count == 1:
        return attention.new_zeros(attention.shape[1])
    first, second = torch.triu_indices(count, count, 1)
    return mean_divergence(attention[first], attention[second]).mean(0)


def _best(
    step: int,
    reading: EncodedSentences,
    target: torch.Tensor,
    attention: torch.Tensor,
    settings: AdversarySettings,
) -> Adversary:
    own = reading.attention
    probability = reading.classify(attention)
    divergences = mean_divergence(attention, own)
    differences = total_variation(probability, target)
    allowed = differences <= settings.epsilon
    best = divergences.masked_fill(~allowed, -1.0).argmax(0)
    rows = torch.arange(own.shape[0])
    found = allowed.any(0)
    chosen = torch.where(found[:, None, None], attention[best, rows], own)
    chosen_probability = torch.where(found, probability[best, rows], target)
    return Adversary(
        step=step,
        attention=chosen,
        probability=chosen_probability,
        divergence=mean_divergence(chosen, own),
        difference=total_variation(chosen_probability, target),
        found=found,
        divergences=divergences,
        differences=differences,
    )
