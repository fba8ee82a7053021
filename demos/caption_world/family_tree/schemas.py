"""The family tree: a row for each architecture, with facts, figures and what its words look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

Family = Literal["all", "before transformers", "encoder", "decoder", "encoder-decoder"]
Order = Literal["family", "year", "parameters", "gaps filled", "perplexity", "seconds"]
SENTENCE = "Two dogs are playing in the snow."


@dataclass(frozen=True)
class FamilyTreeInputs:
    """Which rows, in which order; and the caption of which the pictures of the masks are made."""

    family: Annotated[Family, Field(title="Family", description="whose rows are shown")] = "all"
    order: Annotated[Order, Field(title="Sorted by", description="the best, smallest or earliest first")] = (
        "family"
    )
    text: Annotated[
        str, Field(title="Caption for the pictures", description="a short caption, at most 12 words")
    ] = SENTENCE


@dataclass(frozen=True)
class Mask:
    """Where any head of any layer puts any weight: a row of "1" and "0" for each word that looks, a digit for
    each that is looked at."""

    name: str
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """One architecture. Figures are those of its card, on held-out captions, None where it has none:
    gaps_filled of `gaps` gaps, perplexity per word, BLEU of translations into French and German (beam 4);
    training_seconds on one core."""

    name: str
    parameters: int
    layers: int
    gaps_filled: float | None
    gaps: int
    perplexity: float | None
    bleu_french: float | None
    bleu_german: float | None
    tokens: int
    training_seconds: float
    masks: tuple[Mask, ...]


@dataclass(frozen=True)
class FamilyTree:
    """The rows in the order that was asked for."""

    branches: tuple[Branch, ...]
    origin: Origin
