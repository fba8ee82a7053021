"""Summaries: central sentences, or new ones that a model writes."""

from __future__ import annotations

from typing import Literal

from demos.contract import Endpoint
from demos.held_turn import clock
from demos.models.specs import Loaded
from demos.nlp.batches import one_by_one
from demos.nlp.csv_batch import Batch
from demos.nlp.novel_words import new_words
from demos.nlp.vectors import hardly_readable
from demos.tasks.summarization import methods
from demos.tasks.summarization.headline import headline
from demos.tasks.summarization.methods import Chosen
from demos.tasks.summarization.schemas import SummarizeInputs, SummarizeResult
from demos.texts import check_text


def summarize(inputs: SummarizeInputs, loaded: Loaded) -> SummarizeResult:
    """A summary, by the method that the model allows."""
    check_inputs(inputs)
    text = inputs.text
    chosen: tuple[Chosen, ...] = ()
    probability, prompt, total = None, "", 0
    ended: Literal["end", "length", "repetition"] = "end"
    method: Literal["extractive", "written", "generated"]
    begin = clock()
    if loaded.spec.head == "seq2seq-lm":
        method = "generated"
        summary, ended = methods.generated(text, loaded)
    elif loaded.spec.head == "causal-lm":
        method = "written"
        said = methods.written(text, inputs.sentences, loaded)
        summary, probability, prompt, ended = said.text, said.probability, said.prompt, said.ended
    else:
        method = "extractive"
        chosen, total = methods.extractive(text, inputs.sentences, loaded)
        summary = "\n".join(text[one.start : one.end] for one in chosen)
    seconds = clock() - begin
    new, warning = new_words(summary, text), hardly_readable(text, loaded)
    return SummarizeResult(
        summary, method, chosen, total, new, probability, prompt, ended, warning, seconds, loaded.origin
    )


def check_inputs(inputs: SummarizeInputs) -> None:
    """Raises `BadInput` for a text that no model can read."""
    check_text(inputs.text)


SUMMARIZE = Endpoint(
    "summarize",
    summarize,
    {"encoder": "base", "decoder": "causal-lm", "encoder-decoder": "seq2seq-lm"},
    check=check_inputs,
    task={"base": "similarity", "causal-lm": "chat", "seq2seq-lm": "summarization"},
    headline=headline,
)


def columns(result: SummarizeResult) -> dict[str, object]:
    """The CSV columns of one text: its summary, how it was made, and words that the text does not have."""
    strange = " ".join(result.summary[start:end] for start, end in result.new)
    return {"summary": result.summary, "method": result.method, "not in the text": strange}


BATCH = Batch(one_by_one(summarize), columns, most=4)
