"""Labels of your own, with no training.

Type a text and the labels that it may have. A model that was trained on entailment is asked whether "This
text is about sports." follows from the text. Without a network two stand-ins answer, each named as what it
is: a sentence encoder (how close are text and statement?) and a language model (how likely is the label as
the next words?). Compare them: they are good at different things.
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
from demos.pipelines import zero_shot_methods as methods
from demos.pipelines.bars import careful, per_cent, score_bars
from demos.pipelines.batches import one_by_one
from demos.pipelines.classify import encode
from demos.pipelines.company import remedied
from demos.pipelines.csv_batch import Batch
from demos.pipelines.legibility import legibility
from demos.pipelines.withheld import withheld
from demos.pipelines.zero_shot_snippets import snippet
from demos.texts import check_text

INFO = Info(
    slug="zero-shot",
    title="Zero-shot classification",
    tab="Pipelines",
    limits=(
        "One of the labels always wins, even if none of them fits. The two bundled models were not trained "
        "for this. The encoder compares topics; feelings, negation and irony mostly escape it, and its "
        "cosines are no probabilities. The language model's probabilities are those of words, corrected for "
        "labels that are likely after any text. Another wording of the statement can turn the answer around."
    ),
)
STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT = "minilm"
MOST_LABELS, LABEL_CHARACTERS = 20, 100
TEMPLATE = "This text is about {}."


@dataclass(frozen=True)
class ZeroShotInputs:
    """text: as long as the model reads; labels: 2 to 20, each up to 100 characters; template: a statement
    with {} in the place of the label; multi_label: each label on its own, which only a model of entailment
    can do; model: one of entailment, a sentence encoder or a causal language model."""

    text: str
    labels: tuple[str, ...]
    template: str = TEMPLATE
    multi_label: bool = False
    model: str = DEFAULT


@dataclass(frozen=True)
class Judged:
    """A label and its score: see `ZeroShotResult.method`; uncorrected: a likelihood's, else None."""

    label: str
    score: float
    uncorrected: float | None = None


@dataclass(frozen=True)
class ZeroShotResult:
    """labels: the best first.

    method: "entailment" (probability that the statement follows), "similarity" (cosine in [-1, 1], no
    probability) or "likelihood" (probability of the label's words among the labels, corrected by texts
    without content). multi_label: whether each label was judged on its own. withheld: why the scores say
    nothing about this text (the model cannot read most of it, or of the labels), or ""; instead: the name
    of a checkpoint that can read it, or ""; warning: what of it was not read, or ""."""

    labels: tuple[Judged, ...]
    method: Literal["entailment", "similarity", "likelihood"]
    multi_label: bool
    tokens: int
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin


def zero_shot(inputs: ZeroShotInputs, loaded: Any) -> ZeroShotResult:
    """How well each label fits a text, by the method that the model allows."""
    check_inputs(inputs)
    text = encode(inputs.text, loaded)
    hard = text.judged if text.judged.withheld else legibility("\n".join(inputs.labels), loaded)
    asked = (inputs.text, inputs.labels, inputs.template)
    method: Literal["entailment", "similarity", "likelihood"]
    begin = time.perf_counter()
    uncorrected: list[float | None] = [None] * len(inputs.labels)
    if loaded.spec.head == "sequence-classification":
        method = "entailment"
        scores = methods.by_entailment(*asked, inputs.multi_label, loaded)
    elif loaded.spec.head == "causal-lm":
        method = "likelihood"
        scores, before = methods.by_likelihood(*asked, loaded)
        uncorrected = before.tolist()
    else:
        method = "similarity"
        scores = methods.by_similarity(*asked, loaded)
    seconds = time.perf_counter() - begin
    judged = sorted(map(Judged, inputs.labels, scores.tolist(), uncorrected), key=lambda one: -one.score)
    alone = method == "similarity" or (method == "entailment" and inputs.multi_label)
    why = remedied(hard, ZERO_SHOT, loaded)
    return ZeroShotResult(
        tuple(judged), method, alone, len(text), *why, text.judged.warning, seconds, loaded.origin
    )


def check_inputs(inputs: ZeroShotInputs) -> None:
    """Raise `BadInput` for a text, labels or a statement that cannot be asked about."""
    check_text(inputs.text)
    labels = inputs.labels
    if not 2 <= len(labels) <= MOST_LABELS:
        given = "1 label is" if len(labels) == 1 else f"{len(labels)} labels are"
        raise BadInput(f"{given} given; there must be 2 to {MOST_LABELS}.", "Write one label per line.")
    for number, label in enumerate(labels, 1):
        check_text(label, f"label {number}")
        if len(label) > LABEL_CHARACTERS:
            raise BadInput(
                f"Label {number} has {len(label):,} characters; the limit is {LABEL_CHARACTERS}.",
                "Use a word or two.",
            )
    if len({label.strip().casefold() for label in labels}) < len(labels):
        raise BadInput("A label is there twice.", "Write each label once.")
    check_text(inputs.template, "statement")
    if inputs.template.count(methods.PLACE) != 1 or len(inputs.template) > 300:
        raise BadInput(
            "The statement needs {} once, where the label goes, and at most 300 characters.",
            f"For example: {TEMPLATE}",
        )


ZERO_SHOT = Endpoint(
    "zero_shot",
    zero_shot,
    {
        "encoder": ("sequence-classification", "base"),
        "encoder-decoder": "sequence-classification",
        "decoder": "causal-lm",
    },
    check=check_inputs,
    task={"sequence-classification": "entailment", "base": "similarity"},
)
ENDPOINTS = (ZERO_SHOT,)

TOPICS = ("sports", "politics", "science", "food")
DESKS = ("billing", "delivery", "praise", "password")
MESSAGE, REVIEW = "This message is about {}.", "This review is {}."
EXAMPLES = (
    Example("Topic", ZeroShotInputs("The telescope found water vapour on a distant planet.", TOPICS)),
    Example(
        "Which desk?",
        ZeroShotInputs("Where is my parcel? It should have come on Monday.", DESKS, MESSAGE),
    ),
    Example(
        "A review, by a language model",
        ZeroShotInputs(
            "A warm, funny film that never wastes a minute.",
            ("positive", "negative"),
            REVIEW,
            model="smollm2",
        ),
    ),
    Example(
        "Wrong: a complaint",
        ZeroShotInputs("I waited two hours and the soup was cold.", ("positive", "negative"), REVIEW),
    ),
    Example(
        "Wrong: a figure of speech",
        ZeroShotInputs("He hit a home run with his first novel.", ("sports", "literature")),
    ),
    Example(
        "Wrong: which desk?",
        ZeroShotInputs("Thank you, the new app is wonderful.", DESKS, MESSAGE, model="smollm2"),
    ),
)


def columns(result: ZeroShotResult) -> dict[str, object]:
    """What a CSV says about one text: the best label, how it was found, and every label's score."""
    scores = {
        f"score({one.label})": f"{one.score:.6f}" for one in sorted(result.labels, key=lambda j: j.label)
    }
    return {"label": result.labels[0].label, "method": result.method, **scores}


BATCH = Batch(one_by_one(zero_shot), columns, most=8)


def build(run: Run) -> None:
    """Lay out text, labels and statement; the switch for several labels where a model can use it."""
    import gradio as gr

    from demos.pipelines.layout import task_page
    from demos.runner import suitable

    text = gr.Textbox(label="Text", lines=2, max_lines=12, placeholder="Type a text")
    with gr.Row():
        labels = gr.Textbox(label="Labels, one per line", lines=4, max_lines=MOST_LABELS)
        with gr.Column():
            template = gr.Textbox(TEMPLATE, label="Statement, with {} for the label")
            entails = any(
                ZERO_SHOT.head_on(entry) == "sequence-classification" for entry in suitable(ZERO_SHOT)
            )
            several = gr.Checkbox(label="Several labels may hold (entailment only)", visible=entails)
    fields = {"text": text, "labels": labels, "template": template, "multi_label": several}
    task_page(run, ZERO_SHOT, DEFAULT, fields, EXAMPLES, show, snippet, BATCH)


SAID = {
    "entailment": "Probability that the statement follows from the text",
    "similarity": "Stand-in: cosine between text and statement. These are no probabilities, and do not add "
    "up to 1",
    "likelihood": "Stand-in: probability of the label's words after the text, among the labels, corrected "
    "for labels that are likely after any text",
}


def show(result: ZeroShotResult) -> str:
    """The best label, a bar for each, and what the bars mean."""
    rows = [(one.label, one.score) for one in result.labels]
    said = SAID[result.method]
    if result.method == "entailment":
        said += ", for each label on its own" if result.multi_label else ", among the labels"
    bars = score_bars(rows, said, say="{:.3f}".format if result.method == "similarity" else per_cent)
    before = ""
    if result.method == "likelihood":
        first = max(result.labels, key=lambda one: one.uncorrected or 0.0)
        if first is not result.labels[0]:
            share = per_cent(first.uncorrected or 0.0)
            before = f'<p class="task-note">Before the correction: {escape(first.label)}, {share}.</p>'
    best = escape(result.labels[0].label)
    answer = f'<p class="task-verdict"><bdi>{best}</bdi></p>{bars}{before}{careful(result.warning)}'
    return withheld(result.withheld, answer)
