"""A question about a passage, and its answer: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin
from demos.tasks.question_answering.answer_matching import Quotation
from demos.tasks.question_answering.extraction import AnswerSpan
from demos.tasks.question_answering.retrieval import Retrieved
from demos.tasks.question_answering.span_scoring import Choice

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
