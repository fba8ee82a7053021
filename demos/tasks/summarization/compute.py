"""Summaries: central sentences, or new ones that a model writes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.contract import Endpoint
from demos.models.specs import Loaded, Origin
from demos.nlp.batches import one_by_one
from demos.nlp.csv_batch import Batch
from demos.nlp.novel_words import new_words
from demos.nlp.vectors import hardly_readable
from demos.tasks.summarization import methods
from demos.tasks.summarization.methods import Chosen
from demos.texts import check_text

DEFAULT = "minilm"


@dataclass(frozen=True)
class SummarizeInputs:
    """A text, and the wanted length of its summary."""

    text: Annotated[
        str,
        Field(
            title="Text",
            description="up to 100,000 characters for a sentence encoder, for others what they read",
        ),
    ]
    sentences: Annotated[
        int,
        Field(
            ge=1,
            le=10,
            title="Sentences",
            description="how many, which a model trained on summaries does not heed",
        ),
    ] = 3
    model: Annotated[
        str, Field(description="an encoder, a chat model, or one that was trained on summaries")
    ] = DEFAULT


@dataclass(frozen=True)
class SummarizeResult:
    """method: "extractive" (`chosen` says where the sentences are, out of `total` sentences), "written" (by a
    chat model) or "generated" (by one trained on summaries).

    new: where the summary has words that the text does not have; probability: the geometric mean of the
    written tokens'; prompt: what the chat model read; ended: by itself, at the token limit, or where it began
    to repeat itself; warning: why the model can hardly read the text, or "".
    """

    summary: str
    method: Literal["extractive", "written", "generated"]
    chosen: tuple[Chosen, ...]
    total: int
    new: tuple[tuple[int, int], ...]
    probability: float | None
    prompt: str
    ended: Literal["end", "length", "repetition"]
    warning: str
    seconds: float
    origin: Origin


def summarize(inputs: SummarizeInputs, loaded: Loaded) -> SummarizeResult:
    """A summary, by the method that the model allows."""
    check_inputs(inputs)
    text = inputs.text
    chosen: tuple[Chosen, ...] = ()
    probability, prompt, total = None, "", 0
    ended: Literal["end", "length", "repetition"] = "end"
    method: Literal["extractive", "written", "generated"]
    begin = time.perf_counter()
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
    seconds = time.perf_counter() - begin
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
)


def columns(result: SummarizeResult) -> dict[str, object]:
    """The CSV columns of one text: its summary, how it was made, and words that the text does not have."""
    strange = " ".join(result.summary[start:end] for start, end in result.new)
    return {"summary": result.summary, "method": result.method, "not in the text": strange}


BATCH = Batch(one_by_one(summarize), columns, most=4)
