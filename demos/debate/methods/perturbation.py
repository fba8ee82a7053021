"""What happens to the output under other attention: edited, permuted, uniform."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from demos.debate.methods.encoded_sentences import EncodedSentences

PERMUTATIONS = 100


@dataclass(frozen=True, eq=False)
class Shuffles:
    """What `count` shuffles of the attention weights did to each of b sentences, [count, b] each.

    probabilities: P(positive) under each; changes: |p_shuffled - p|; unmoved: whether every weight stood
    afterwards where it had stood, so that nothing was tried (half of all shuffles of two words).
    """

    probabilities: torch.Tensor
    changes: torch.Tensor
    unmoved: torch.Tensor

    @property
    def median(self) -> torch.Tensor:
        """The median change [b] over all shuffles (of an even number the mean of the middle two)."""
        return self.changes.quantile(0.5, dim=0)

    @property
    def median_moved(self) -> torch.Tensor:
        """The median change [b] over the shuffles that moved a weight, NaN where none did."""
        return self.changes.masked_fill(self.unmoved, float("nan")).nanquantile(0.5, dim=0)


@torch.no_grad()
def shuffle(reading: EncodedSentences, seed: int = 0, count: int = PERMUTATIONS) -> Shuffles:
    """Shuffle the weights of every sentence `count` times (Jain & Wallace 2019, section 4.2.1)."""
    attention = permuted(reading.attention, reading.words, seed, count)
    probabilities = reading.classify(attention)
    # Weights of equal words differ by rounding errors, hence "about equal".
    unmoved = (attention - reading.attention).abs().amax((-2, -1)) < 1e-6
    return Shuffles(probabilities, (probabilities - reading.probability).abs(), unmoved)


def permuted(
    attention: torch.Tensor, words: torch.Tensor, seed: int = 0, count: int = PERMUTATIONS
) -> torch.Tensor:
    """Attention [b, h, w] with its weights shuffled among the words of each sentence, [count, b, h, w].

    All heads are shuffled alike: what one word was given, another gets.
    """
    generator = torch.Generator().manual_seed(seed)
    keys = torch.rand((count, *words.shape), generator=generator)
    # Positions that are no words sort behind all words, in both orders, and so keep their zeros.
    shuffled = keys.masked_fill(~words, 2.0).argsort(-1)
    in_order = torch.where(words, 0.0, 2.0).argsort(dim=-1, stable=True).expand_as(shuffled)
    source, target = (order[:, :, None].expand(count, *attention.shape) for order in (shuffled, in_order))
    weights = attention.expand(count, *attention.shape)
    return torch.zeros_like(weights).scatter(-1, target, weights.gather(-1, source))


@torch.no_grad()
def uniform_probability(reading: EncodedSentences) -> torch.Tensor:
    """P(positive) [b] under uniform weights that are put in after training ("post hoc")."""
    return reading.classify(reading.uniform)


@torch.no_grad()
def probability_under(reading: EncodedSentences, weights: torch.Tensor) -> torch.Tensor:
    """P(positive) [b] when every head spreads its attention over the words by `weights` [b, w]."""
    return reading.classify(weights[:, None].expand_as(reading.attention))
