"""The debate's two kinds of classifiers behind one protocol, so that each experiment is written only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch

from demos.debate.methods import additive, transformer, transformer_importance
from demos.debate.methods.encoded_sentences import EncodedSentences
from demos.debate.methods.readable import check_readable
from demos.debate.methods.sentence import Erasure, Sentence
from demos.models.classifier_family import Classifiers
from demos.models.specs import Loaded


class ClassifierKind(Protocol):
    """What the experiments need of a kind of classifier; `additive` and `transformer` implement it."""

    @property
    def ERASURES(self) -> Mapping[Erasure, str]:
        """Describes, in words, how each way of removing a word works."""
        ...

    @property
    def BASELINE(self) -> str:
        """The baseline of integrated gradients, in words."""
        ...

    def sentence(self, loaded: Loaded, text: str) -> Sentence:
        """The words of a text as the model reads them; raises `BadInput` if there are none."""
        ...

    def read(self, loaded: Loaded, sentences: Sequence[Sentence]) -> EncodedSentences:
        """Computes everything below the attention in question, once."""
        ...

    def erased(self, loaded: Loaded, item: Sentence, kept: torch.Tensor, kind: Erasure) -> torch.Tensor:
        """P(positive) [v] of variants of a sentence, each with the words `kept` [v, n]."""
        ...

    def path_integral(self, loaded: Loaded, item: Sentence) -> tuple[torch.Tensor, float]:
        """Integrated gradients of P(positive), [n], and P(positive) of the baseline."""
        ...

    def fixed_gradient(self, loaded: Loaded, item: Sentence) -> torch.Tensor:
        """Jain & Wallace's gradient measure of every word, [n]."""
        ...


class WordImportances(Protocol):
    """How a kind of classifier ranks words."""

    @property
    def METHODS(self) -> Mapping[str, tuple[str, str]]:
        """Title and definition of every method, by its name."""
        ...

    def importances(self, loaded: Loaded, item: Sentence) -> dict[str, torch.Tensor]:
        """The score of every word by each of `METHODS`, [n] each."""
        ...


def classifier_of(loaded: Loaded) -> ClassifierKind:
    """The kind of a leased classifier."""
    return additive if isinstance(loaded.model, Classifiers) else transformer


def importances_of(loaded: Loaded) -> WordImportances:
    """How a leased classifier ranks words."""
    return additive if isinstance(loaded.model, Classifiers) else transformer_importance


def sentence_of(loaded: Loaded, text: str, anyway: bool = False) -> Sentence:
    """A text as a leased model reads it; raises `Unreadable` unless `anyway` (see `readable`)."""
    item = classifier_of(loaded).sentence(loaded, text)
    check_readable(item, loaded, anyway)
    return item


@torch.no_grad()
def leave_one_out(loaded: Loaded, item: Sentence, kind: Erasure) -> np.ndarray:
    """p - p without the word, for every word [n], all in one batch.

    A single word is undefined, since nothing would be left.
    """
    count = len(item.words)
    if count < 2:
        return np.full(count, np.nan)
    kept = ~torch.eye(count + 1, count, dtype=torch.bool)
    kept[-1] = True
    probability = classifier_of(loaded).erased(loaded, item, kept, kind)
    return (probability[-1] - probability[:-1]).numpy()
