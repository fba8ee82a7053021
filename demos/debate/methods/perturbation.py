"""How the output changes under other attention: edited, permuted, uniform."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from demos.debate.methods.encoded_sentences import EncodedSentences

PERMUTATIONS = 100


@dataclass(frozen=True, eq=False)
class Shuffles:
    """The effects of `count` shuffles of the attention weights on each of b sentences, [count, b] each.

    probabilities: P(positive) under each; changes: |p_shuffled - p|; unmoved: whether the shuffle left every
    weight in its place, so that it tested nothing (half of all shuffles of two words).
    """

    probabilities: torch.Tensor
    changes: torch.Tensor
    unmoved: torch.Tensor

    @property
    def median(self) -> torch.Tensor:
        """The median change [b] over all shuffles (for an even number, the mean of the middle two)."""
        return self.changes.quantile(0.5, dim=0)

    @property
    def median_moved(self) -> torch.Tensor:
        """The median change [b] over the shuffles that moved a weight, NaN if none did."""
        return self.changes.masked_fill(self.unmoved, float("nan")).nanquantile(0.5, dim=0)


@torch.no_grad()
def shuffle(reading: EncodedSentences, seed: int = 0, count: int = PERMUTATIONS) -> Shuffles:
    """Shuffles the weights of every sentence `count` times (Jain & Wallace 2019, section 4.2.1)."""
    attention = permuted(reading.attention, reading.words, seed, count)
    probabilities = reading.classify(attention)
    # Weights of equal words differ by rounding errors, hence "about equal".
    unmoved = (attention - reading.attention).abs().amax((-2, -1)) < 1e-6
    return Shuffles(probabilities, (probabilities - reading.probability).abs(), unmoved)


def permuted(
    attention: torch.Tensor, words: torch.Tensor, seed: int = 0, count: int = PERMUTATIONS
) -> torch.Tensor:
    """Attention [b, h, w] with its weights shuffled among the words of each sentence, [count, b, h, w].

    All heads are shuffled in the same way, so a word passes its weights of all heads to one other word.
    """
    generator = torch.Generator().manual_seed(seed)
    keys = torch.rand((count, *words.shape), generator=generator)
    # In both orders, positions without a word come after all words, and so keep their zeros.
    shuffled = keys.masked_fill(~words, 2.0).argsort(-1)
    in_order = torch.where(words, 0.0, 2.0).argsort(dim=-1, stable=True).expand_as(shuffled)
    source, target = (order[:, :, None].expand(count, *attention.shape) for order in (shuffled, in_order))
    weights = attention.expand(count, *attention.shape)
    return torch.zeros_like(weights).scatter(-1, target, weights.gather(-1, source))


@torch.no_grad()
def uniform_probability(reading: EncodedSentences) -> torch.Tensor:
    """P(positive) [b] under uniform weights substituted after training ("post hoc")."""
    return reading.classify(reading.uniform)


@torch.no_grad()
def probability_under(reading: EncodedSentences, weights: torch.Tensor) -> torch.Tensor:
    """P(positive) [b] if every head distributes its attention over the words as `weights` [b, w]."""
    return reading.classify(weights[:, None].expand_as(reading.attention))


@torch.no_grad()
def probabilities_alone(reading: EncodedSentences) -> torch.Tensor:
    """P(positive) [w, b] if every head puts all of its weight on one word, each of the w words in turn."""
    own = reading.attention
    alone = torch.eye(own.shape[-1], dtype=own.dtype)[:, None, None]
    return reading.classify(alone.expand(-1, *own.shape))
