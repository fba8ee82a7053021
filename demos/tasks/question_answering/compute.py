"""An answer to a question from a passage, by the method that the model allows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from demos.contract import Endpoint
from demos.models.specs import Loaded, Origin, Spec
from demos.nlp.batches import one_by_one
from demos.nlp.csv_batch import Batch
from demos.nlp.legibility import legibility
from demos.nlp.other_models import remedied
from demos.tasks.question_answering import methods
from demos.tasks.question_answering.answer_matching import Quotation
from demos.tasks.question_answering.extraction import AnswerSpan
from demos.tasks.question_answering.retrieval import Retrieved
from demos.tasks.question_answering.span_scoring import Choice
from demos.texts import check_text

DEFAULT = "smollm2"


@dataclass(frozen=True)
class AnswerInputs:
    """A passage, and what is asked about it."""

    passage: Annotated[str, Field(title="Passage", description="up to 100,000 characters")]
    question: Annotated[str, Field(max_length=500, title="Question", description="about the passage")]
    model: Annotated[
        str,
        Field(
            description="one for question answering, a chat model, or a sentence encoder, which gives the "
            "closest sentence"
        ),
    ] = DEFAULT
    write: Annotated[
        bool,
        Field(
            title="Chat models write freely, instead of choosing words of the passage",
            description="whether a chat model writes its answer freely instead of choosing among the words "
            "of the passage",
        ),
    ] = False


@dataclass(frozen=True)
class AnswerResult:
    """answer: what was found, chosen or written; quoted: where the passage has it, None if it does not.

    method: "extracted" (the best span), "chosen" (by a chat model among the stretches of the closest
    sentence), "written" (by a chat model, from the closest sentences) or "sentence" (the closest one).
    probability: that of the span among the best, of the choice among `scored` stretches of up to `longest`
    words, or the geometric mean of the written tokens'; None for a sentence. unanswerable: whether "no
    answer" scored higher than the best span; spans and null_score belong to "extracted", choices (the best
    five) to "chosen", sentences (the closest first) and retriever to all but "extracted"; prompt: what the
    chat model read; ended: how a written answer ended. withheld: why this is probably no answer (question or
    passage cannot be read, or the passage does not contain one), or ""; instead: the name of a checkpoint
    that can read them, or ""; warning: which part of question or passage was not read, or "".
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


def answer(inputs: AnswerInputs, loaded: Loaded) -> AnswerResult:
    """The answer that a passage gives to a question, by the method that the model allows."""
    check_inputs(inputs)
    begin = time.perf_counter()
    if loaded.spec.head == "question-answering":
        found = methods.extracted(inputs.question, inputs.passage, loaded)
    elif loaded.spec.head == "causal-lm":
        found = (methods.written if inputs.write else methods.chosen)(inputs.question, inputs.passage, loaded)
    else:
        found = methods.sentence(inputs.question, inputs.passage, loaded)
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
    """Raises `BadInput` for a passage or a question that no model can read."""
    check_text(inputs.passage, "passage")
    check_text(inputs.question, "question")


ANSWER = Endpoint(
    "answer",
    answer,
    {"encoder": ("question-answering", "base"), "decoder": "causal-lm"},
    check=check_inputs,
    task={"question-answering": "question-answering", "base": "similarity", "causal-lm": "chat"},
    helpers={"causal-lm": Spec("minilm")},
)


def columns(result: AnswerResult) -> dict[str, object]:
    """The CSV columns of one passage: the answer, whether the passage has it, and how it was found."""
    trust = "" if result.probability is None else f"{result.probability:.6f}"
    quoted = "yes" if result.quoted else "no"
    return {"answer": result.answer, "in the passage": quoted, "p(answer)": trust, "method": result.method}


BATCH = Batch(one_by_one(answer), columns, field="passage", most=4)
