"""Texts for several heads, and what these say: plain data, for the page and the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.models.specs import Origin
from demos.tasks.entities.schemas import NamedEntity

DEFAULT = "shared-encoder"


@dataclass(frozen=True)
class SharedEncoderInputs:
    """One text for all heads, and a second one for those that read pairs."""

    text: Annotated[str, Field(title="Text", description="one sentence")]
    second: Annotated[
        str,
        Field(
            title="Second text, for entailment and relatedness (optional)",
            description='another one for the heads that read pairs, or ""',
        ),
    ] = ""
    model: Annotated[str, Field(description="a checkpoint with several heads")] = DEFAULT


@dataclass(frozen=True)
class SharedEncoderResult:
    """sentiment: probability of each class; entities: in the order of the text; entailment: probability of
    each class, and relatedness, 1 (unrelated) to 5 (equivalent), or null without a pair; heads: how many
    answered; forward_passes: how often the encoder ran, as counted; withheld: why all this says nothing (the
    model cannot read one of the texts), or ""; warning: which part of them was not read, or ""; seconds: of
    the computation."""

    text: str
    sentiment: Mapping[str, float]
    entities: tuple[NamedEntity, ...]
    entailment: Mapping[str, float] | None
    relatedness: float | None
    heads: int
    forward_passes: int
    withheld: str
    warning: str
    seconds: float
    origin: Origin
