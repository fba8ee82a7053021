"""Where to look for entities, and what was found: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.models.specs import Origin

DEFAULT = "minilm-ner"


@dataclass(frozen=True)
class EntitiesInputs:
    """Where to look for entities, and how."""

    text: Annotated[str, Field(title="Text", description="at most 100,000 characters")]
    model: Annotated[str, Field(description="a token classifier of the catalog")] = DEFAULT
    rules: Annotated[
        bool,
        Field(
            title="Also what has a form of its own: e-mail, URL, card, IBAN, SSN, telephone",
            description="whether what has a form of its own is looked for too",
        ),
    ] = True


@dataclass(frozen=True)
class NamedEntity:
    """text: the characters start:end of the input, counted in Unicode characters; score: mean probability of
    its words' tags, in [0, 1], None if a rule found it; found_by: the model's title, or the rule and what
    verified it."""

    text: str
    label: str
    start: int
    end: int
    score: float | None
    found_by: str = ""


@dataclass(frozen=True)
class EntitiesResult:
    """text: the input; entities: in the order of the text; tokens, windows: how many were read.

    withheld: why the model's entities are not reliable (it cannot read most of the text; those found by rules
    are), or ""; instead: a checkpoint that can read the text, or ""; warning: which part of it was not read,
    or ""; seconds: of the computation, which several waiting texts may have shared.
    """

    text: str
    entities: tuple[NamedEntity, ...]
    tokens: int
    windows: int
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin
