"""A text with labels of one's own, and their scores: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

DEFAULT = "minilm"


TEMPLATE = "This text is about {}."


@dataclass(frozen=True)
class ZeroShotInputs:
    """A text, and the labels that it may have."""

    text: Annotated[str, Field(title="Text", description="as long as the model reads")]
    labels: Annotated[
        tuple[Annotated[str, Field(max_length=100)], ...],
        Field(
            min_length=2,
            max_length=20,
            title="Labels, one per line",
            description="all different, each up to 100 characters",
        ),
    ]
    template: Annotated[
        str,
        Field(
            max_length=300,
            title="Statement, with {} for the label",
            description="a statement with {} in the place of the label",
        ),
    ] = TEMPLATE
    multi_label: Annotated[
        bool,
        Field(
            title="Several labels may hold (entailment only)",
            description="each label on its own, which only a model of entailment can do",
        ),
    ] = False
    model: Annotated[
        str, Field(description="one of entailment, a sentence encoder or a causal language model")
    ] = DEFAULT


@dataclass(frozen=True)
class Judged:
    """A label and its score: see `ZeroShotResult.method`; uncorrected: a likelihood's, else None."""

    label: str
    score: float
    uncorrected: float | None = None


@dataclass(frozen=True)
class ZeroShotResult:
    """labels: the best first.

    method: "entailment" (probability that the statement follows), "similarity" (cosine in [-1, 1], no
    probability) or "likelihood" (probability of the label's words among the labels, corrected by texts
    without content). multi_label: whether each label was judged on its own. withheld: why the scores say
    nothing about this text (the model cannot read most of it, or of the labels), or ""; instead: the name of
    a checkpoint that can read it, or ""; warning: which part of it was not read, or "".
    """

    labels: tuple[Judged, ...]
    method: Literal["entailment", "similarity", "likelihood"]
    multi_label: bool
    tokens: int
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin
