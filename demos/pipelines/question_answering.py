"""A question, a passage, an answer out of the passage.

A model that was trained on SQuAD marks the span that answers the question, or says that there is none.
Without a network a stand-in answers in two steps: a sentence encoder picks the sentences closest to the
question, and a small language model chooses among the words of the closest one, or writes an answer of its
own. Whether the passage says so is checked: an answer that stands in it is marked there, and one that does
not is called no quotation.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.models.specs import Origin, Spec
from demos.pipelines import question_answering_methods as methods
from demos.pipelines.batches import one_by_one
from demos.pipelines.choosing import Choice
from demos.pipelines.company import remedied
from demos.pipelines.csv_batch import Batch
from demos.pipelines.extraction import AnswerSpan
from demos.pipelines.legibility import legibility
from demos.pipelines.question_answering_show import show
from demos.pipelines.question_answering_snippets import snippet
from demos.pipelines.question_answering_texts import MUSEUM, STREET
from demos.pipelines.quotations import Quotation
from demos.pipelines.retrieval import Retrieved
from demos.texts import check_text

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
DEFAULT = "smollm2"
QUESTION_CHARACTERS = 500


@dataclass(frozen=True)
class AnswerInputs:
    """passage: up to 100,000 characters; question: up to 500; model: one for question answering, a chat
    model, or a sentence encoder, which gives the closest sentence; write: whether a chat model writes its
    answer freely instead of choosing among the words of the passage."""

    passage: str
    question: str
    model: str = DEFAULT
    write: bool = False


@dataclass(frozen=True)
class AnswerResult:
    """answer: what was found, chosen or written; quoted: where the passage has it, None if it does not.

    method: "extracted" (the best span), "chosen" (by a chat model among the stretches of the closest
    sentence), "written" (by a chat model, from the closest sentences) or "sentence" (the closest one).
    probability: of the span among the best, of the choice among `scored` stretches of up to `longest` words,
    of a written token on average; None for a sentence. unanswerable: whether no answer scored higher than
    the best span; spans and null_score belong to "extracted", choices (the best five) to "chosen", sentences
    (the closest first) and retriever to all but "extracted"; prompt: what the chat model read; ended: how a
    written answer did. withheld: why the answer is probably none (question or passage cannot be read, or
    the passage does not speak of what is asked), or ""; instead: the name of a checkpoint that can read
    them, or ""; warning: what of question or passage was not read, or "".
    """

    answer: str
    quoted: Quotation | None
    method: Literal["extracted", "chosen", "written", "sentence"]
    probability: float | None
    unanswerable: bool
    spans: tuple[AnswerSpan, ...]
    null_score: float | None
    choices: tuple[Choice, ...]
    scored: int
    longest: int
    sentences: tuple[Retrieved, ...]
    prompt: str
    ended: Literal["end", "length", "repetition"]
    passage: str
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin
    retriever: Origin | None


def answer(inputs: AnswerInputs, loaded: Any) -> AnswerResult:
    """The answer that a passage gives to a question, by the method that the model allows."""
    check_inputs(inputs)
    begin = time.perf_counter()
    if loaded.spec.head == "question-answering":
        found = methods.extracted(inputs, loaded)
    elif loaded.spec.head == "causal-lm":
        found = (methods.written if inputs.write else methods.chosen)(inputs, loaded)
    else:
        found = methods.sentence(inputs, loaded)
    rest: dict[str, Any] = {
        "probability": None,
        "unanswerable": False,
        "spans": (),
        "null_score": None,
        "choices": (),
        "scored": 0,
        "longest": 0,
        "sentences": (),
        "prompt": "",
        "ended": "end",
        "retriever": None,
    }
    seconds = time.perf_counter() - begin
    found = rest | found
    reader = loaded.helper or loaded
    asked, read = (legibility(text, reader) for text in (inputs.question, inputs.passage))
    withheld, instead = remedied(asked if asked.withheld else read, ANSWER, loaded)
    return AnswerResult(
        **found,
        passage=inputs.passage,
        withheld=withheld or methods.no_answer(found),
        instead=instead,
        warning=" ".join(
            f"{name}: {judged.warning}"
            for name, judged in (("question", asked), ("passage", read))
            if judged.warning
        ),
        seconds=seconds,
        origin=loaded.origin,
    )


def check_inputs(inputs: AnswerInputs) -> None:
    """Raise `BadInput` for a passage or a question that no model can read."""
    check_text(inputs.passage, "passage")
    check_text(inputs.question, "question")
    if len(inputs.question) > QUESTION_CHARACTERS:
        raise BadInput(
            f"The question has {len(inputs.question):,} characters; the limit is {QUESTION_CHARACTERS}.",
            "Ask in fewer words.",
        )


ANSWER = Endpoint(
    "answer",
    answer,
    {"encoder": ("question-answering", "base"), "decoder": "causal-lm"},
    check=check_inputs,
    task={"question-answering": "question-answering", "base": "similarity", "causal-lm": "chat"},
    helpers={"causal-lm": Spec("minilm")},
)
ENDPOINTS = (ANSWER,)

EXAMPLES = (
    Example("Who?", AnswerInputs(MUSEUM, "Who built the lighthouse?")),
    Example("When?", AnswerInputs(MUSEUM, "When did the lamp become automatic?")),
    Example("How long?", AnswerInputs(STREET, "How long will the trial last?")),
    Example("Wrong: another sentence is closer", AnswerInputs(STREET, "Which street will be closed?")),
    Example("Wrong: the text does not say", AnswerInputs(MUSEUM, "How much is a ticket to the museum?")),
    Example("Wrong: written freely", AnswerInputs(MUSEUM, "How tall is the lighthouse?", write=True)),
)


def columns(result: AnswerResult) -> dict[str, object]:
    """What a CSV says about one passage: the answer, whether the passage has it, how it was found."""
    trust = "" if result.probability is None else f"{result.probability:.6f}"
    quoted = "yes" if result.quoted else "no"
    return {"answer": result.answer, "in the passage": quoted, "p(answer)": trust, "method": result.method}


BATCH = Batch(one_by_one(answer), columns, field="passage", most=4)


def build(run: Run) -> None:
    """Lay out passage and question."""
    import gradio as gr

    from demos.pipelines.layout import task_page

    passage = gr.Textbox(label="Passage", lines=6, max_lines=16, placeholder="Paste a passage")
    question = gr.Textbox(label="Question", lines=1, max_lines=3, placeholder="Ask about it and press Enter")
    write = gr.Checkbox(label="Chat models write freely, instead of choosing words of the passage")
    fields = {"passage": passage, "question": question, "write": write}
    task_page(run, ANSWER, DEFAULT, fields, EXAMPLES, show, snippet, BATCH)
