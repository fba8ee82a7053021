"""Named entities by a token classifier, and personal data by fixed rules."""

from __future__ import annotations

from collections.abc import Sequence

from demos.contract import Endpoint
from demos.errors import StageError
from demos.held_turn import clock
from demos.models.specs import Loaded
from demos.nlp.csv_batch import Batch
from demos.nlp.other_models import remedied
from demos.nlp.spans import entities as spelled
from demos.nlp.tagger import Pieces, pieces, probabilities, words
from demos.tasks.entities.headline import headline
from demos.tasks.entities.patterns import patterns, with_patterns
from demos.tasks.entities.schemas import EntitiesInputs, EntitiesResult, NamedEntity
from demos.texts import check_text


def entities_of_all(many: Sequence[EntitiesInputs], loaded: Loaded) -> list[EntitiesResult | StageError]:
    """The named entities of each text, or what is wrong with it; all windows of all texts share batches."""
    names = loaded.model.config.id2label
    ready: list[Pieces | StageError] = []
    for inputs in many:
        try:
            ready.append(pieces(inputs.text, loaded))
        except StageError as error:
            ready.append(error)
    begin = clock()
    scores = iter(probabilities([text for text in ready if isinstance(text, Pieces)], loaded))
    seconds = clock() - begin

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
    headline=headline,
)


def columns(result: EntitiesResult) -> dict[str, object]:
    """The CSV columns of one text: how many entities, each as "text (label)", and who found them."""
    said = "; ".join(f"{one.text} ({one.label})" for one in result.entities)
    by = "; ".join(one.found_by for one in result.entities)
    return {"entities": len(result.entities), "found": said, "found by": by}


BATCH = Batch(entities_of_all, columns)
