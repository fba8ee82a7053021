"""Sentences encoded up to the attention layer in question, so that other attention can be substituted.

Everything below that layer has run once. The experiments know nothing else about a model, so they are the
same for the BiLSTM of 2019 and for a transformer's last layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class LinearLogit:
    """A logit that is linear in the attention [b, w]: bias + sum_i attention_i * contributions_i.

    contributions [b, w], bias [].
    """

    contributions: torch.Tensor
    bias: torch.Tensor


@dataclass(frozen=True, eq=False)
class EncodedSentences:
    """b sentences of at most w words, read by h heads.

    words [b, w]: which positions are words; attention [b, h, w]: the model's own, every row sums to 1 over
    the words; special [b, h]: the share of each head's attention that goes to special tokens and stays there
    in every experiment (0 where there are none); classify: maps attention [..., b, h, w] to P(positive) [...,
    b], differentiably; leading dimensions are variants; linear: where there is one head and the logit of
    P(positive) is linear in its attention, the same as numbers.
    """

    words: torch.Tensor
    attention: torch.Tensor
    special: torch.Tensor
    classify: Callable[[torch.Tensor], torch.Tensor]
    linear: LinearLogit | None = None

    @property
    def probability(self) -> torch.Tensor:
        """P(positive) under the model's own attention, [b]."""
        with torch.no_grad():
            return self.classify(self.attention)

    @property
    def uniform(self) -> torch.Tensor:
        """1 / (number of words) on every word, [b, h, w]."""
        return uniform_attention(self.words, self.attention.dtype)[:, None].expand_as(self.attention)


def uniform_attention(words: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """1 / (number of words) on every word of [b, w]; zeros where there are no words."""
    return words.to(dtype) / words.sum(-1, keepdim=True).clamp_min(1)
