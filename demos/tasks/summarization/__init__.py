"""A long text in a few sentences.

Two ways beside one another. *Extractive*: the sentence encoder finds the sentences that are most like all
others and unlike one another (centrality by LexRank, redundancy by maximal marginal relevance); they are
shown word for word. *Abstractive*: a language model writes new sentences, and may write what the text does
not say; words that the text does not have are underlined. With a network, models that were trained on
summaries of news can be chosen.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.summarization.compute import BATCH, SUMMARIZE
from demos.tasks.summarization.schemas import DEFAULT, SummarizeInputs
from demos.tasks.summarization.show import show
from demos.tasks.summarization.snippet import snippet
from demos.tasks.summarization.texts import ACCIDENT, RECIPE, TRIAL
from demos.ui.task import Task

INFO = Info(
    slug="summarization",
    title="Summarization",
    tab="Pipelines",
    limits=(
        "The extractive way cannot shorten a sentence, and what is central is not always what matters: the "
        "one surprising sentence of a text is like no other. The bundled language model is small and was not "
        "trained for summaries: it changes names and numbers, and adds what it believes. The underlined "
        "words are a hint only; a wrong statement made of the text's own words is not underlined."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (SUMMARIZE,)

EXAMPLES = (
    Example("Wrong when written: a number", SummarizeInputs(ACCIDENT, 2)),
    Example("Wrong: the warning is left out", SummarizeInputs(RECIPE, 3)),
    Example("Wrong when written: the finding", SummarizeInputs(TRIAL, 2)),
)
TASK = Task(SUMMARIZE, EXAMPLES, DEFAULT, show, snippet, BATCH, beside=True)


def build(run: Run) -> None:
    """Lays out the text and the number of sentences; two methods are compared from the start."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    text = control(
        gr.Textbox,
        SummarizeInputs,
        "text",
        lines=8,
        max_lines=20,
        placeholder="Paste a text of several sentences",
    )
    sentences = control(gr.Slider, SummarizeInputs, "sentences")
    fields = {"text": text, "sentences": sentences}
    task_page(run, TASK, fields)
