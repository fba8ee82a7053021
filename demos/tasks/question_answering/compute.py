"""An answer to a question from a passage, by the method that the model allows."""

from __future__ import annotations

from typing import Any

from demos.contract import Endpoint
from demos.held_turn import clock
from demos.models.specs import Loaded, Spec
from demos.nlp.batches import one_by_one
from demos.nlp.csv_batch import Batch
from demos.nlp.legibility import legibility
from demos.nlp.other_models import remedied
from demos.tasks.question_answering import methods
from demos.tasks.question_answering.headline import headline
from demos.tasks.question_answering.schemas import AnswerInputs, AnswerResult
from demos.texts import check_text


def answer(inputs: AnswerInputs, loaded: Loaded) -> AnswerResult:
    """The answer that a passage gives to a question, by the method that the model allows."""
    check_inputs(inputs)
    begin = clock()
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
    seconds = clock() - begin
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
    headline=headline,
)


def columns(result: AnswerResult) -> dict[str, object]:
    """The CSV columns of one passage: the answer, whether the passage has it, and how it was found."""
    trust = "" if result.probability is None else f"{result.probability:.6f}"
    quoted = "yes" if result.quoted else "no"
    return {"answer": result.answer, "in the passage": quoted, "p(answer)": trust, "method": result.method}


BATCH = Batch(one_by_one(answer), columns, field="passage", most=4)
