"""Named entities by a token classifier, and personal data by fixed rules."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.contract import Endpoint
from demos.errors import StageError
from demos.models.specs import Loaded, Origin
from demos.nlp.csv_batch import Batch
from demos.nlp.other_models import remedied
from demos.nlp.spans import entities as spelled
from demos.nlp.tagger import Pieces, pieces, probabilities, words
from demos.tasks.entities.patterns import patterns, with_patterns
from demos.texts import check_text

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


def entities_of_all(many: Sequence[EntitiesInputs], loaded: Loaded) -> list[EntitiesResult | StageError]:
    """The named entities of each text, or what is wrong with it; all windows of all texts share batches."""
    names = loaded.model.config.id2label
    ready: list[Pieces | StageError] = []
    for inputs in many:
        try:
            ready.append(pieces(inputs.text, loaded))
        except StageError as error:
            ready.append(error)
    begin = time.perf_counter()
    scores = iter(probabilities([text for text in ready if isinstance(text, Pieces)], loaded))
    seconds = time.perf_counter() - begin

    def answer(text: str, tokens: Pieces, rules: bool) -> EntitiesResult:
        by_model = spelled(words(text, tokens, next(scores), loaded.tokenizer, names))
        found = with_patterns(by_model, patterns(text) if rules else (), text)
        return EntitiesResult(
            text,
            tuple(
                NamedEntity(
                    text[e.start : e.end],
                    e.label,
                    e.start,
                    e.end,
                    e.probability,
                    e.found_by or loaded.origin.title,
                )
                for e in found
            ),
            len(tokens),
            len(tokens.windows),
            *remedied(tokens.judged, ENTITIES, loaded),
            tokens.judged.warning,
            seconds,
            loaded.origin,
        )

    return [
        answer(inputs.text, tokens, inputs.rules) if isinstance(tokens, Pieces) else tokens
        for inputs, tokens in zip(many, ready, strict=True)
    ]


def check_inputs(inputs: EntitiesInputs) -> None:
    """Raises `BadInput` for a text that no model can read."""
    check_text(inputs.text)


ENTITIES = Endpoint(
    "entities",
    entities_of_all,
    {"encoder": "token-classification"},
    check=check_inputs,
    task="entities",
    batched=True,
)


def columns(result: EntitiesResult) -> dict[str, object]:
    """The CSV columns of one text: how many entities, each as "text (label)", and who found them."""
    said = "; ".join(f"{one.text} ({one.label})" for one in result.entities)
    by = "; ".join(one.found_by for one in result.entities)
    return {"entities": len(result.entities), "found": said, "found by": by}


BATCH = Batch(entities_of_all, columns)
