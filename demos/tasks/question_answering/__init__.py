"""A question, a passage, an answer out of the passage.

A model that was trained on SQuAD marks the span that answers the question, or says that there is none.
Without a network a stand-in answers in two steps: a sentence encoder picks the sentences closest to the
question, and a small language model chooses among the words of the closest one, or writes an answer of its
own. Whether the passage says so is checked: an answer that stands in it is marked there, and one that does
not is called no quotation.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.question_answering.compute import ANSWER, BATCH
from demos.tasks.question_answering.passages import MUSEUM, STREET
from demos.tasks.question_answering.schemas import DEFAULT, AnswerInputs
from demos.tasks.question_answering.show import show
from demos.tasks.question_answering.snippet import snippet
from demos.ui.task import Task

INFO = Info(
    slug="question-answering",
    title="Question answering",
    tab="Pipelines",
    limits=(
        "The bundled stand-in was not trained for this, and is often wrong: its exact match and F1 on 200 "
        "questions are in assets/cards/question_answering.md. Where no sentence is close to the question it "
        "says that there is no answer: on 578 other questions wrongly for 1 % on their own passage, rightly "
        "for 99 % on one about something else, but only for 49 % on one of the same article. That an answer "
        "is a quotation does not make it the right one. The closest sentences may lack "
        "what the question needs, and the language model reads no others. All of them know English only."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (ANSWER,)

EXAMPLES = (
    Example("Who?", AnswerInputs(MUSEUM, "Who built the lighthouse?")),
    Example("When?", AnswerInputs(MUSEUM, "When did the lamp become automatic?")),
    Example("How long?", AnswerInputs(STREET, "How long will the trial last?")),
    Example("Wrong: another sentence is closer", AnswerInputs(STREET, "Which street will be closed?")),
    Example("Wrong: the text does not say", AnswerInputs(MUSEUM, "How much is a ticket to the museum?")),
    Example("Wrong: written freely", AnswerInputs(MUSEUM, "How tall is the lighthouse?", write=True)),
)
TASK = Task(ANSWER, EXAMPLES, DEFAULT, show, snippet, BATCH, about=("question",))


def build(run: Run) -> None:
    """Lays out passage and question."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    passage = control(
        gr.Textbox, AnswerInputs, "passage", lines=6, max_lines=16, placeholder="Paste a passage"
    )
    question = control(
        gr.Textbox,
        AnswerInputs,
        "question",
        lines=1,
        max_lines=3,
        placeholder="Ask about it and press Enter",
    )
    write = control(gr.Checkbox, AnswerInputs, "write")
    fields = {"passage": passage, "question": question, "write": write}
    task_page(run, TASK, fields)
