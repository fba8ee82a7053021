"""How important each word is, by attention's rivals, and how far two rankings agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from demos.trial.classifier import END, UNKNOWN, AttentionClassifier, pad


def gradient_importance(model: AttentionClassifier, ids: torch.Tensor) -> torch.Tensor:
    """|sum_e dp/de_i * e_i| per position of ids [b, n], each sentence scaled to sum 1, with attention
    held fixed (Jain & Wallace 2019, section 4.1, as in their released code)."""
    embedded = model.embedding(ids).detach().requires_grad_()
    encoded = model.encode_embedded(embedded, ids)
    probability = model.classify(encoded, model.attend(encoded).detach()).sigmoid()
    (gradient,) = torch.autograd.grad(probability.sum(), embedded)
    importance = (gradient * embedded).sum(-1).abs().detach() * encoded.words
    return importance / importance.sum(-1, keepdim=True).clamp_min(1e-30)


@torch.no_grad()
def leave_one_out(model: AttentionClassifier, sentence: list[int]) -> torch.Tensor:
    """|p without word i - p| for every word of a sentence, [words]; the word is deleted.

    All shortened sentences run as one batch. A single word is undefined: nothing would be left.
    """
    if len(sentence) < 2:
        return torch.full((len(sentence),), float("nan"))
    variants = [sentence, *(sentence[:i] + sentence[i + 1 :] for i in range(len(sentence)))]
    probability = model(pad(variants))[0].sigmoid()
    return (probability[1:] - probability[0]).abs()


@dataclass(frozen=True)
class Agreement:
    """Kendall's tau-b and its p-value; both NaN where a ranking is constant."""

    tau: float
    p_value: float


def kendall(first: np.ndarray, second: np.ndarray) -> Agreement:
    """Kendall's tau-b between two importances of the same words."""
    from scipy.stats import kendalltau

    if len(first) < 2 or np.isnan(first).any() or np.isnan(second).any():
        return Agreement(float("nan"), float("nan"))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return Agreement(float("nan"), float("nan"))
    result = kendalltau(first, second)
    return Agreement(float(result.statistic), float(result.pvalue))


def of_words(importance: torch.Tensor, ids: torch.Tensor) -> np.ndarray:
    """The entries of one sentence [n] that belong to words: markers and padding left out."""
    words = (ids > END) | (ids == UNKNOWN)
    return importance[words].numpy()
