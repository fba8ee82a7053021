"""Labels of your own, with no training.

Type a text and the labels that it may have. A model that was trained on entailment is asked whether "This
text is about sports." follows from the text. Without a network two stand-ins answer, each named as what it
is: a sentence encoder (how close are text and statement?) and a language model (how likely is the label as
the next words?). Compare them: they are good at different things.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.zero_shot.compute import BATCH, ZERO_SHOT
from demos.tasks.zero_shot.schemas import DEFAULT, ZeroShotInputs
from demos.tasks.zero_shot.show import show
from demos.tasks.zero_shot.snippet import snippet
from demos.ui.task import Task

INFO = Info(
    slug="zero-shot",
    title="Zero-shot classification",
    tab="Pipelines",
    limits=(
        "One of the labels always wins, even if none of them fits. The two bundled models were not trained "
        "for this. The encoder compares topics; feelings, negation and irony mostly escape it, and its "
        "cosines are no probabilities. The language model's probabilities are those of words, corrected for "
        "labels that are likely after any text. Another wording of the statement can turn the answer around."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (ZERO_SHOT,)

TOPICS = ("sports", "politics", "science", "food")

DESKS = ("billing", "delivery", "praise", "password")

MESSAGE, REVIEW = "This message is about {}.", "This review is {}."

EXAMPLES = (
    Example("Topic", ZeroShotInputs("The telescope found water vapour on a distant planet.", TOPICS)),
    Example(
        "Which desk?",
        ZeroShotInputs("Where is my parcel? It should have come on Monday.", DESKS, MESSAGE),
    ),
    Example(
        "A review, by a language model",
        ZeroShotInputs(
            "A warm, funny film that never wastes a minute.",
            ("positive", "negative"),
            REVIEW,
            model="smollm2",
        ),
    ),
    Example(
        "Wrong: a complaint",
        ZeroShotInputs("I waited two hours and the soup was cold.", ("positive", "negative"), REVIEW),
    ),
    Example(
        "Wrong: a figure of speech",
        ZeroShotInputs("He hit a home run with his first novel.", ("sports", "literature")),
    ),
    Example(
        "Wrong: which desk?",
        ZeroShotInputs("Thank you, the new app is wonderful.", DESKS, MESSAGE, model="smollm2"),
    ),
)
TASK = Task(ZERO_SHOT, EXAMPLES, DEFAULT, show, snippet, BATCH)


def build(run: Run) -> None:
    """Lays out text, labels and statement; the switch for several labels only for models that can use it."""
    import gradio as gr

    from demos.model_choice import suitable
    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    text = control(gr.Textbox, ZeroShotInputs, "text", lines=2, max_lines=12, placeholder="Type a text")
    with gr.Row():
        labels = control(gr.Textbox, ZeroShotInputs, "labels", lines=4, max_lines=20)
        with gr.Column():
            template = control(gr.Textbox, ZeroShotInputs, "template")
            entails = any(
                ZERO_SHOT.head_on(entry) == "sequence-classification" for entry in suitable(ZERO_SHOT)
            )
            several = control(gr.Checkbox, ZeroShotInputs, "multi_label", visible=entails)
    fields = {"text": text, "labels": labels, "template": template, "multi_label": several}
    task_page(run, TASK, fields)
