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

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.entities.compute import BATCH, ENTITIES
from demos.tasks.entities.schemas import DEFAULT, EntitiesInputs
from demos.tasks.entities.show import show
from demos.tasks.entities.snippet import snippet
from demos.ui.task import Task

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
TASK = Task(ENTITIES, EXAMPLES, DEFAULT, show, snippet, BATCH, about=())  # the answer is the text


def build(run: Run) -> None:
    """Lays out the text and everything that the tasks' pages share."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    text = control(
        gr.Textbox, EntitiesInputs, "text", lines=3, max_lines=16, placeholder="Type or paste a text"
    )
    rules = control(gr.Checkbox, EntitiesInputs, "rules")
    task_page(run, TASK, {"text": text, "rules": rules})
