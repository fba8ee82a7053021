"""One encoder, four heads: what do they say of the same text?

Multi-task learning (MT-DNN, Liu et al. 2019) trains one encoder for several tasks at once, and gives each
task a small layer of its own, a *head*. Here MiniLM with one adapter carries four: **sentiment** and
**names** read one text, **entailment** and **relatedness** a pair of texts.

The encoder is most of the work, and it runs once for each input, however many heads read what it found: once
for a text, once more if there is a pair. The page counts the runs while they happen.

Below stands what training together brought and cost: the same recipe, with all tasks in one model and with
each task alone.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.shared_encoder.compute import SHARED
from demos.tasks.shared_encoder.schemas import DEFAULT, SharedEncoderInputs
from demos.tasks.shared_encoder.show import comparison, sampling, show
from demos.tasks.shared_encoder.snippet import snippet
from demos.ui.task import Task

INFO = Info(
    slug="shared-encoder",
    title="Shared encoder",
    tab="Pipelines",
    limits=(
        "Sentiment learned from film reviews, entailment and relatedness from captions of pictures; on other "
        "texts the heads answer all the same. The comparison is one seed of one recipe: small differences "
        "would not come out the same again. What surprised us: together only one of the seven "
        "figures is higher than alone, by little, and those of names are lower on all three tests. The "
        "paper's model is far larger, and its heads for pairs are more than a layer."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (SHARED,)

EXAMPLES = (
    Example(
        "It follows",
        SharedEncoderInputs("A man is playing a guitar on the street.", "A man is playing an instrument."),
    ),
    Example(
        "It cannot be",
        SharedEncoderInputs("A man is playing a guitar on the street.", "There is no man playing a guitar."),
    ),
    Example("Wrong: asleep is not awake", SharedEncoderInputs("A man is sleeping.", "A person is awake.")),
    Example("Wrong: not bad", SharedEncoderInputs("The movie was not bad at all.", "The movie was good.")),
    Example("One text", SharedEncoderInputs("Tilda Swinton is superb in this odd little film about London.")),
)
TO_GUESS = "How often does the encoder run, for all heads together?"
TASK = Task(SHARED, EXAMPLES, DEFAULT, show, snippet, about=("text", "second"), to_guess=TO_GUESS)


def build(run: Run) -> None:
    """Lays out the two texts, everything that the tasks' pages share, and the comparison."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    text = control(
        gr.Textbox,
        SharedEncoderInputs,
        "text",
        lines=1,
        max_lines=8,
        placeholder="Type a sentence and press Enter",
    )
    second = control(gr.Textbox, SharedEncoderInputs, "second", lines=1, max_lines=8)
    task_page(run, TASK, {"text": text, "second": second})
    gr.HTML(comparison() + sampling(), padding=False, elem_classes="stage-step")
