"""The two settings of the trial behind one set of functions.

`additive` (the models of 2019) and `transformer` both offer `sentence`, `read`, `erased`,
`path_integral`, ERASURES and BASELINE, so that every experiment is written once.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
import torch

from demos.debate.methods import additive, transformer, transformer_importance
from demos.debate.methods.readable import check_readable
from demos.debate.methods.sentence import Erasure, Sentence
from demos.models.classifier_family import Classifiers
from demos.models.specs import Loaded


def setting_of(loaded: Loaded) -> ModuleType:
    """The module that knows how to read with a leased model."""
    return additive if isinstance(loaded.model, Classifiers) else transformer


def sentence_of(loaded: Loaded, text: str, anyway: bool = False) -> Sentence:
    """A text as a leased model takes it; raises `Unreadable` unless told `anyway` (see `readable`)."""
    item = setting_of(loaded).sentence(loaded, text)
    check_readable(item, loaded, anyway)
    return item


def methods_of(loaded: Loaded) -> ModuleType:
    """The module that holds METHODS and `importances` for a leased model."""
    return additive if isinstance(loaded.model, Classifiers) else transformer_importance


@torch.no_grad()
def leave_one_out(loaded: Loaded, item: Sentence, kind: Erasure) -> np.ndarray:
    """p - p without the word, for every word [n], all in one batch.

    A single word is undefined: nothing would be left.
    """
    count = len(item.words)
    if count < 2:
        return np.full(count, np.nan)
    kept = ~torch.eye(count + 1, count, dtype=torch.bool)
    kept[-1] = True
    probability = setting_of(loaded).erased(loaded, item, kept, kind)
    return (probability[-1] - probability[:-1]).numpy()
