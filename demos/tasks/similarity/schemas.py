"""Sentences to compare, and their cosines: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from demos.models.specs import Origin
from demos.nlp.vectors import LeftOut

DEFAULT = "minilm"


@dataclass(frozen=True)
class SimilarityInputs:
    """The sentences to compare."""

    sentences: Annotated[
        tuple[str, ...],
        Field(title="Sentences, one per line", description="2 to 32 texts"),
    ]
    model: Annotated[str, Field(description="an encoder of the catalog")] = DEFAULT


@dataclass(frozen=True, eq=False)
class SimilarityResult:
    """cosine [n, n] in [-1, 1], with NaN (null in JSON) in the rows and columns of sentences left out; tokens
    [n]: how many each sentence has, special ones included, 0 for those left out; places [n, 2]: the vectors
    along their first two principal components, which hold the shares `explained` of their variance, NaN for
    those left out; left_out: the sentences that the model cannot read. withheld: why cosines and places say
    nothing (it can read at most one of the sentences, and all were used), or ""; instead: the name of a
    checkpoint that can read them, or ""; warning: which part of the sentences was not read, or ""."""

    sentences: tuple[str, ...]
    cosine: np.ndarray
    tokens: tuple[int, ...]
    places: np.ndarray
    explained: tuple[float, float]
    left_out: tuple[LeftOut, ...]
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin
