"""Is a text in favour or against?

An encoder reads the whole text, and a classifier on its first token gives every label a probability. Choose
a Korean checkpoint for Korean text. A high probability is no promise: among the examples are some that the
model gets wrong, and says so with confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import StageError
from demos.held_turn import clock
from demos.models.catalog import ASSETS
from demos.models.specs import Loaded, Origin
from demos.nlp.batches import answer_all
from demos.nlp.classify import Encoded, class_scores, encode, label_names
from demos.nlp.csv_batch import Batch
from demos.nlp.other_models import remedied
from demos.nlp.python_code import pipeline_code
from demos.nlp.wording import decision, partly_read, unreadable
from demos.texts import check_text
from demos.ui.bars import careful, score_bars
from demos.ui.task import Task
from demos.ui.withheld import withheld

INFO = Info(
    slug="sentiment",
    title="Sentiment",
    tab="Pipelines",
    limits=(
        "The bundled checkpoints know reviews of films, and two answers only: a text that is neutral, mixed "
        "or about something else still gets one of them, often with a high probability. A probability says "
        "how sure the model is, not how often it is right. Irony and comparison escape it. Each checkpoint "
        "reads one language: what it says of a text in another is withheld. Of 1,000 Korean reviews and "
        "1,014 English captions, the right checkpoint withheld under 1 %, the wrong one over 99 %; the rule "
        "was adjusted on the same texts."
    ),
)
STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT, KOREAN = "minilm-sst", "korean-sentiment"


@dataclass(frozen=True)
class SentimentInputs:
    """A text whose sentiment is asked for."""

    text: Annotated[str, Field(title="Text", description="as long as the model reads")]
    model: Annotated[str, Field(description="a sentiment classifier of the catalog")] = DEFAULT


@dataclass(frozen=True)
class LabelScore:
    """A label, and its score in [0, 1]."""

    label: str
    score: float


@dataclass(frozen=True)
class SentimentResult:
    """label: the likeliest; scores: of every label, the highest first; tokens: how many were read, special
    ones included; withheld: why label and scores say nothing about this text (the model cannot read most of
    it), or ""; instead: the name of a checkpoint that can read it, or ""; warning: which part of it was not
    read, or ""; seconds: of the computation, which several waiting texts may have shared."""

    label: str
    scores: tuple[LabelScore, ...]
    tokens: int
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin


def sentiments(many: Sequence[SentimentInputs], loaded: Loaded) -> list[SentimentResult | StageError]:
    """The sentiment of each text: its likeliest label, and the probability of every label; or what is wrong
    with the text. Computed in batches of similar length."""
    names = label_names(loaded)

    def compute(texts: Sequence[Encoded]) -> list[SentimentResult]:
        begin = clock()
        scores = class_scores([text.ids for text in texts], loaded)
        seconds = clock() - begin
        return [result(text, row.tolist(), seconds) for text, row in zip(texts, scores, strict=True)]

    def result(text: Encoded, row: list[float], seconds: float) -> SentimentResult:
        ranked = sorted(map(LabelScore, names, row), key=lambda item: -item.score)
        judged = remedied(text.judged, SENTIMENT, loaded)
        return SentimentResult(
            ranked[0].label, tuple(ranked), len(text), *judged, text.judged.warning, seconds, loaded.origin
        )

    return answer_all(many, lambda inputs: encode(inputs.text, loaded), compute)


def headline(_: object, result: SentimentResult) -> str:
    """The likeliest label and its probability, and the next where they are nearly tied."""
    if result.withheld:
        return unreadable("this text", result.instead)
    ranked = [(item.label, item.score) for item in result.scores]
    return f"The model answers {decision(ranked)}{partly_read(result.warning)}."


def check_inputs(inputs: SentimentInputs) -> None:
    """Raises `BadInput` for a text that no model can read."""
    check_text(inputs.text)


SENTIMENT = Endpoint(
    "sentiment",
    sentiments,
    {"encoder": "sequence-classification"},
    check=check_inputs,
    task="sentiment",
    batched=True,
    headline=headline,
)
ENDPOINTS = (SENTIMENT,)

EXAMPLES = (
    Example("Praise", SentimentInputs("A warm, funny film that never wastes a minute.")),
    Example("Blame", SentimentInputs("Two hours of my life that I will never get back.")),
    Example("Wrong: irony", SentimentInputs("If you liked watching paint dry, you will love this.")),
    Example("Wrong: comparison", SentimentInputs("It is far from the disaster that I had feared.")),
    Example("Wrong: a plain fact", SentimentInputs("The train leaves at nine.")),
    Example(
        "한국어: 칭찬",
        SentimentInputs("배우들의 연기가 정말 훌륭하고 감동적인 영화였어요.", KOREAN),
    ),
    Example("한국어, 틀림: 반어", SentimentInputs("수면제가 필요한 사람에게 강력 추천합니다.", KOREAN)),
)


def columns(result: SentimentResult) -> dict[str, object]:
    """The CSV columns of one text: the label, and the probability of each label."""
    ranked = sorted(result.scores, key=lambda item: item.label)
    return {"label": result.label, **{f"p({item.label})": f"{item.score:.6f}" for item in ranked}}


BATCH = Batch(sentiments, columns)


def build(run: Run) -> None:
    """Lays out the text and everything that the tasks' pages share."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    text = control(
        gr.Textbox,
        SentimentInputs,
        "text",
        lines=1,
        max_lines=12,
        placeholder="Type a sentence and press Enter",
    )
    task_page(run, TASK, {"text": text})


def show(result: SentimentResult) -> str:
    """The probability of every label, and a warning where words could not be read."""
    rows = [(item.label, item.score) for item in result.scores]
    bars = score_bars(rows, "Probability of each label")
    return withheld(result.withheld, bars + careful(result.warning))


def snippet(inputs: SentimentInputs, origin: Origin) -> str:
    """The same with transformers."""
    return pipeline_code("text-classification", "sequence-classification", origin, inputs.text, "top_k=None")


TASK = Task(SENTIMENT, EXAMPLES, DEFAULT, show, snippet, BATCH)
