"""A question, a passage, an answer out of the passage.

A model that was trained on SQuAD marks the span that answers the question, or says that there is none.
Without a network a stand-in answers in two steps: a sentence encoder picks the sentences closest to the
question, and a small language model reads them and writes. Whether the passage says so is checked: an answer
that stands in it is marked there, and one that does not is called no quotation.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.models.specs import Origin, Spec
from demos.pipelines import question_answering_prompt as prompts
from demos.pipelines.extraction import AnswerSpan, extract
from demos.pipelines.instructions import follow
from demos.pipelines.question_answering_show import show
from demos.pipelines.question_answering_snippets import snippet
from demos.pipelines.quotations import Quotation, quotation
from demos.pipelines.retrieval import Retrieved, in_order, retrieve
from demos.texts import check_text

INFO = Info(
    slug="question-answering",
    title="Question answering",
    tab="Pipelines",
    limits=(
        "The bundled stand-in was not trained for this, and is often wrong: its exact match and F1 on 200 "
        "questions are in assets/cards/question_answering.md. It always answers, also where the passage does "
        "not. That an answer is a quotation does not make it the right one. The best sentences may lack what "
        "the question needs, and the language model reads no others."
    ),
)
STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT = "smollm2"
MOST_READ = 1536
QUESTION_CHARACTERS = 500

ASKED = "Passage: {passage}\nQuestion: {question}\nAnswer:"
SHOWN = (("The Eiffel Tower was finished in 1889. It is 330 metres tall.", "How tall is it?", "330 metres"),)


@dataclass(frozen=True)
class AnswerInputs:
    """passage: up to 100,000 characters; question: up to 500; model: one for question answering, a causal
    language model, or a sentence encoder, which gives the closest sentence."""

    passage: str
    question: str
    model: str = DEFAULT


@dataclass(frozen=True)
class AnswerResult:
    """answer: what was found or written; quoted: where the passage has it, None if it does not.

    method: "extracted" (the best span), "written" (by a language model, from the best sentences) or
    "sentence" (the closest). probability: of the span among the best ones, or of a written token on average;
    None for a sentence. unanswerable: whether no answer scored higher than the best span; spans and
    null_score belong to "extracted", sentences (the closest first), prompt and retriever to the others;
    ended: how a written answer did.
    """

    answer: str
    quoted: Quotation | None
    method: Literal["extracted", "written", "sentence"]
    probability: float | None
    unanswerable: bool
    spans: tuple[AnswerSpan, ...]
    null_score: float | None
    sentences: tuple[Retrieved, ...]
    prompt: str
    ended: Literal["end", "length", "repetition"]
    passage: str
    seconds: float
    origin: Origin
    retriever: Origin | None


def answer(inputs: AnswerInputs, loaded: Any) -> AnswerResult:
    """The answer that a passage gives to a question, by the method that the model allows."""
    check_inputs(inputs)
    begin = time.perf_counter()
    if loaded.spec.head == "question-answering":
        found = _extracted(inputs, loaded)
    elif loaded.spec.head == "causal-lm":
        found = _written(inputs, loaded)
    else:
        found = _sentence(inputs, loaded)
    rest: dict[str, Any] = {
        "probability": None,
        "unanswerable": False,
        "spans": (),
        "null_score": None,
        "sentences": (),
        "prompt": "",
        "ended": "end",
        "retriever": None,
    }
    seconds = time.perf_counter() - begin
    return AnswerResult(**(rest | found), passage=inputs.passage, seconds=seconds, origin=loaded.origin)


def _extracted(inputs: AnswerInputs, loaded: Any) -> dict[str, Any]:
    found = extract(inputs.question, inputs.passage, loaded)
    best = found.spans[0]
    return {
        "answer": inputs.passage[best.start : best.end],
        "quoted": Quotation(best.start, best.end, "exact"),
        "method": "extracted",
        "probability": best.probability,
        "unanswerable": found.null_score > best.score,
        "spans": found.spans,
        "null_score": found.null_score,
    }


def _written(inputs: AnswerInputs, loaded: Any) -> dict[str, Any]:
    chosen = retrieve(inputs.question, inputs.passage, loaded.helper)[: prompts.SENTENCES]
    asked = prompts.asked(in_order(inputs.passage, chosen), inputs.question)
    written = follow(asked, loaded, MOST_READ, prompts.MOST_WRITTEN, prompts.BEGUN, prompts.UNTIL)
    within = [(sentence.start, sentence.end) for sentence in chosen]
    return {
        "answer": written.text,
        "quoted": quotation(inputs.passage, written.text, within),
        "method": "written",
        "probability": written.probability,
        "sentences": chosen,
        "prompt": written.prompt,
        "ended": written.ended,
        "retriever": loaded.helper.origin,
    }


def _sentence(inputs: AnswerInputs, loaded: Any) -> dict[str, Any]:
    chosen = retrieve(inputs.question, inputs.passage, loaded)[: prompts.SENTENCES]
    best = chosen[0]
    return {
        "answer": inputs.passage[best.start : best.end],
        "quoted": Quotation(best.start, best.end, "exact"),
        "method": "sentence",
        "sentences": chosen,
        "retriever": loaded.origin,
    }


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

MUSEUM = (
    "The lighthouse on the northern cliff was built in 1874 by the engineer Ada Brandt. It is 31 metres tall "
    "and painted white. A keeper lived in it until 1968, when the lamp became automatic. Today the house is "
    "a museum with about 12,000 visitors a year. On clear nights its light is seen from 40 kilometres away."
)
EXAMPLES = (
    Example("When?", AnswerInputs(MUSEUM, "When did the lamp become automatic?")),
    Example("How many?", AnswerInputs(MUSEUM, "How many people visit the museum each year?")),
    Example("Wrong: the other length", AnswerInputs(MUSEUM, "How tall is the lighthouse?")),
    Example("Wrong: the text does not say", AnswerInputs(MUSEUM, "How much is a ticket to the museum?")),
)


def build(run: Run) -> None:
    """Lay out passage and question."""
    import gradio as gr

    from demos.pipelines.layout import task_page

    passage = gr.Textbox(label="Passage", lines=6, max_lines=16, placeholder="Paste a passage")
    question = gr.Textbox(label="Question", lines=1, max_lines=3, placeholder="Ask about it and press Enter")
    fields = {"passage": passage, "question": question}
    task_page(run, ANSWER, DEFAULT, fields, EXAMPLES, show, snippet)
