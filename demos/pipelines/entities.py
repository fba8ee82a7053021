"""Which words of a text are names, and of what?

A token classifier gives every word a tag: *B-PER* begins the name of a person, *I-PER* goes on with it, *O*
is no name. Neighbours with tags of one class are one entity, marked where it stands in your text. Its score
is the mean probability of its words' tags.

The classes are the checkpoint's own: people (PER), places (LOC), organisations (ORG) and other names (MISC),
or, with *Rampart*, personal data such as names, addresses, phone numbers and account numbers. A text that is
longer than the model reads goes through it in windows that overlap.

What has a form of its own is found by fixed rules, beside any model: e-mail addresses, URLs, card numbers
(Luhn's checksum), IBANs (mod 97), US social security numbers and telephone numbers. Each find says who made
it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import StageError
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.pipelines.batches import only
from demos.pipelines.company import remedied
from demos.pipelines.csv_batch import Batch
from demos.pipelines.entities_show import show
from demos.pipelines.patterns import patterns, with_patterns
from demos.pipelines.snippets import pipeline_code
from demos.pipelines.spans import entities as spelled
from demos.pipelines.tagger import OVERLAP, Pieces, pieces, probabilities, words
from demos.texts import check_text

INFO = Info(
    slug="entities",
    title="Named entities",
    tab="Pipelines",
    limits=(
        "What is not marked is not proven to be no name: both bundled checkpoints miss names and mark words "
        "that are none, more often in text unlike what they were trained on. Rampart sees no capital "
        "letters and reads seven languages in Latin letters. The rules know no number with a mistyped digit, "
        "and no telephone number without its country code but a US one: do not trust this page to remove "
        "personal data. A checksum says that a number can be one, not that it is. Where accents "
        "are written as characters of their own, a word can be taken for a part of the word before it, as "
        "in transformers."
    ),
)
STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT = "minilm-ner"


@dataclass(frozen=True)
class EntitiesInputs:
    """text: at most 100,000 characters; model: a token classifier of the catalog; rules: whether what has a
    form of its own is looked for too."""

    text: str
    model: str = DEFAULT
    rules: bool = True


@dataclass(frozen=True)
class NamedEntity:
    """text: as it stands at start:end, counted in Unicode characters; score: mean probability of its words'
    tags, in [0, 1], None for what a rule found; found_by: the model's title, or the rule and what verified
    it."""

    text: str
    label: str
    start: int
    end: int
    score: float | None
    found_by: str = ""


@dataclass(frozen=True)
class EntitiesResult:
    """text: what was asked; entities: in the order of the text; tokens, windows: how many were read.

    withheld: why what the model found says nothing (it cannot read most of the text; what rules found
    stands), or ""; instead: a checkpoint that can read it, or ""; warning: what of it was not read, or "";
    seconds: of the computation, which several waiting texts may have shared.
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


def entities(inputs: EntitiesInputs, loaded: Any) -> EntitiesResult:
    """The named entities of a text."""
    return only(entities_of_all([inputs], loaded))


def entities_of_all(many: Sequence[EntitiesInputs], loaded: Any) -> list[EntitiesResult | StageError]:
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
    """Raise `BadInput` for a text that no model can read."""
    check_text(inputs.text)


ENTITIES = Endpoint(
    "entities",
    entities,
    {"encoder": "token-classification"},
    check=check_inputs,
    task="entities",
    batched=entities_of_all,
)
ENDPOINTS = (ENTITIES,)

EXAMPLES = (
    Example(
        "Names", EntitiesInputs("Ada Lovelace was born in London and worked with Charles Babbage at Oxford.")
    ),
    Example("Capital letters", EntitiesInputs("Mark my words: Mark will visit us in the US 🙂.")),
    Example("Wrong: one name in two", EntitiesInputs("Kim Min-ji studies at Seoul National University.")),
    Example(
        "Wrong: a river",
        EntitiesInputs("I bought a new phone from Amazon while visiting the Amazon."),
    ),
    Example("Wrong: three friends", EntitiesInputs("Sydney and Florence went to the park with Georgia.")),
    Example(
        "Personal data",
        EntitiesInputs(
            "My name is Jane Doe, I live at 12 Main Street in Springfield, IL 62704. Write to "
            "jane@example.org, call +1 202-555-0143, or pay by card 4111 1111 1111 1111 or to "
            "DE89 3704 0044 0532 0130 00.",
            model="rampart",
        ),
    ),
    Example(
        "Wrong: one digit mistyped",
        EntitiesInputs("Jane Doe, card 4417 1234 5678 9112, expires soon.", model="rampart"),
    ),
)


def columns(result: EntitiesResult) -> dict[str, object]:
    """What a CSV says about one text: how many entities, each as "text (label)", and who found them."""
    said = "; ".join(f"{one.text} ({one.label})" for one in result.entities)
    by = "; ".join(one.found_by for one in result.entities)
    return {"entities": len(result.entities), "found": said, "found by": by}


BATCH = Batch(entities_of_all, columns)


def build(run: Run) -> None:
    """Lay out the text and everything that the tasks' pages share."""
    import gradio as gr

    from demos.pipelines.layout import task_page

    text = gr.Textbox(label="Text", lines=3, max_lines=16, placeholder="Type or paste a text")
    rules = gr.Checkbox(
        True, label="Also what has a form of its own: e-mail, URL, card, IBAN, SSN, telephone"
    )
    task_page(run, ENTITIES, DEFAULT, {"text": text, "rules": rules}, EXAMPLES, show, snippet, BATCH)


LONG = 500
"""Characters beyond which a text may take more tokens than a model reads."""


def snippet(inputs: EntitiesInputs, origin: Origin) -> str:
    """The same with transformers; a long text in windows, which it joins in a way of its own."""
    options, remark = 'aggregation_strategy="first"', ""
    if len(inputs.text) > LONG:
        options += f", stride={OVERLAP}"
        remark = "# In windows that overlap; where they do, this page may choose another window's tag.\n"
    code = remark + pipeline_code(
        "token-classification", "token-classification", origin, inputs.text, options
    )
    return code + RULES.format(text=inputs.text) if inputs.rules else code


RULES = """
from demos.pipelines.patterns import patterns  # in a checkout of this gallery

for found in patterns({text!r}):  # where the two overlap, the page follows these
    print(found)
"""
