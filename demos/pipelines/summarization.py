"""A long text in a few sentences.

Two ways beside one another. *Extractive*: the sentence encoder finds the sentences that are most like all
others and unlike one another (centrality by LexRank, redundancy by maximal marginal relevance); they are
shown word for word. *Abstractive*: a language model writes new sentences, and may write what the text does
not say; words that the text does not have are underlined. With a network, models that were trained on
summaries of news can be chosen.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.pipelines import summarization_methods as methods
from demos.pipelines.bars import COPY, careful, per_cent
from demos.pipelines.batches import one_by_one
from demos.pipelines.csv_batch import Batch
from demos.pipelines.new_words import new_words
from demos.pipelines.summarization_methods import Chosen
from demos.pipelines.summarization_snippets import snippet
from demos.pipelines.summarization_texts import ACCIDENT, RECIPE, TRIAL
from demos.pipelines.vectors import hardly_readable
from demos.texts import check_text

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
DEFAULT = "minilm"
MOST_SENTENCES = 10


@dataclass(frozen=True)
class SummarizeInputs:
    """text: up to 100,000 characters for a sentence encoder, for others what they read; sentences: 1 to 10,
    which a model trained on summaries does not heed; model: an encoder, a chat model, or one of those."""

    text: str
    sentences: int = 3
    model: str = DEFAULT


@dataclass(frozen=True)
class SummarizeResult:
    """method: "extractive" (`chosen` says where the sentences stand, out of how many in `total`), "written"
    (by a chat model) or "generated" (by one trained on summaries).

    new: where in the summary words stand that the text does not have; probability: of a written token on
    average; prompt: what the chat model read; ended: by itself, at the most tokens, or where it began to
    repeat itself; warning: why the model can hardly read the text, or "".
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


def summarize(inputs: SummarizeInputs, loaded: Any) -> SummarizeResult:
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
    """Raise `BadInput` for a text that no model can read, and a number of sentences out of range."""
    check_text(inputs.text)
    if not 1 <= inputs.sentences <= MOST_SENTENCES:
        raise BadInput(f"{inputs.sentences} sentences were asked for.", f"Ask for 1 to {MOST_SENTENCES}.")


SUMMARIZE = Endpoint(
    "summarize",
    summarize,
    {"encoder": "base", "decoder": "causal-lm", "encoder-decoder": "seq2seq-lm"},
    check=check_inputs,
    task={"base": "similarity", "causal-lm": "chat", "seq2seq-lm": "summarization"},
)
ENDPOINTS = (SUMMARIZE,)

EXAMPLES = (
    Example("Wrong when written: a number", SummarizeInputs(ACCIDENT, 2)),
    Example("Wrong: the warning is left out", SummarizeInputs(RECIPE, 3)),
    Example("Wrong when written: the finding", SummarizeInputs(TRIAL, 2)),
)


def columns(result: SummarizeResult) -> dict[str, object]:
    """What a CSV says about one text: its summary, how it was made, and words that the text does not have."""
    strange = " ".join(result.summary[start:end] for start, end in result.new)
    return {"summary": result.summary, "method": result.method, "not in the text": strange}


BATCH = Batch(one_by_one(summarize), columns, most=4)


def build(run: Run) -> None:
    """Lay out the text and the number of sentences; two ways stand beside one another from the start."""
    import gradio as gr

    from demos.pipelines.layout import task_page

    text = gr.Textbox(label="Text", lines=8, max_lines=20, placeholder="Paste a text of several sentences")
    sentences = gr.Slider(1, MOST_SENTENCES, value=3, step=1, label="Sentences")
    fields = {"text": text, "sentences": sentences}
    task_page(run, SUMMARIZE, DEFAULT, fields, EXAMPLES, show, snippet, BATCH, beside=True)


CUT = {
    "end": "",
    "length": "the summary was cut off, it had not come to its end.",
    "repetition": "the model began to repeat itself, and was stopped there.",
}


def show(result: SummarizeResult) -> str:
    """The summary with what is not in the text underlined, and what it is."""
    if result.method == "extractive":
        return careful(result.warning) + _sentences(result)
    said = {
        "written": "Written by a chat model that was not trained for summaries. It gave each token it wrote "
        f"{per_cent(result.probability or 0.0)} on average, which is no probability of being right.",
        "generated": "Written by a model that was trained on summaries. It decides on the length itself.",
    }[result.method]
    count = len(result.new)
    hint = "Every word but those of the grammar is in the text, which does not make the summary right."
    if count:
        words = "1 word is" if count == 1 else f"{count} words are"
        hint = f"{words} not in the text (underlined): worth checking, but a new word can be right."
    cut = CUT[result.ended]
    marked = _marked(result.summary, result.new)
    return (
        f'{careful(result.warning)}<p class="task-summary task-copied" dir="auto">{marked}</p>{COPY}'
        f'<p class="task-note">{escape(hint)}</p>{careful(cut)}<p class="task-note">{escape(said)}</p>'
    )


def _sentences(result: SummarizeResult) -> str:
    rows = "".join(
        f"<tr><td>{one.centrality:.2f}</td><td><bdi>{escape(text)}</bdi></td></tr>"
        for one, text in zip(result.chosen, _split(result), strict=True)
    )
    return (
        '<table class="task-sentences"><caption>'
        f"{len(result.chosen)} of {result.total} sentences, word for word: how central each is, 1 being the "
        f"average</caption><tbody>{rows}</tbody></table>"
    )


def _split(result: SummarizeResult) -> list[str]:
    texts, start = [], 0
    for one in result.chosen:
        texts.append(result.summary[start : start + one.end - one.start])
        start += one.end - one.start + 1
    return texts


def _marked(summary: str, new: tuple[tuple[int, int], ...]) -> str:
    pieces, last = [], 0
    for start, end in new:
        word = f'<u title="Not in the text">{escape(summary[start:end])}</u>'
        pieces += [escape(summary[last:start]), word]
        last = end
    return "".join([*pieces, escape(summary[last:])])
