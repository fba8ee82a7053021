"""Labels of one's own, scored by entailment, similarity or likelihood."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded, Origin
from demos.nlp.batches import one_by_one
from demos.nlp.classify import encode
from demos.nlp.csv_batch import Batch
from demos.nlp.legibility import legibility
from demos.nlp.other_models import remedied
from demos.tasks.zero_shot import methods
from demos.texts import check_text

DEFAULT = "minilm"

TEMPLATE = "This text is about {}."


@dataclass(frozen=True)
class ZeroShotInputs:
    """A text, and the labels that it may have."""

    text: Annotated[str, Field(title="Text", description="as long as the model reads")]
    labels: Annotated[
        tuple[Annotated[str, Field(max_length=100)], ...],
        Field(
            min_length=2,
            max_length=20,
            title="Labels, one per line",
            description="all different, each up to 100 characters",
        ),
    ]
    template: Annotated[
        str,
        Field(
            max_length=300,
            title="Statement, with {} for the label",
            description="a statement with {} in the place of the label",
        ),
    ] = TEMPLATE
    multi_label: Annotated[
        bool,
        Field(
            title="Several labels may hold (entailment only)",
            description="each label on its own, which only a model of entailment can do",
        ),
    ] = False
    model: Annotated[
        str, Field(description="one of entailment, a sentence encoder or a causal language model")
    ] = DEFAULT


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
    nothing about this text (the model cannot read most of it, or of the labels), or ""; instead: the name of
    a checkpoint that can read it, or ""; warning: which part of it was not read, or "".
    """

    labels: tuple[Judged, ...]
    method: Literal["entailment", "similarity", "likelihood"]
    multi_label: bool
    tokens: int
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin


def zero_shot(inputs: ZeroShotInputs, loaded: Loaded) -> ZeroShotResult:
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
    """Raises `BadInput` for an invalid text, label or statement."""
    check_text(inputs.text)
    labels = inputs.labels
    for number, label in enumerate(labels, 1):
        check_text(label, f"label {number}")
    if len({label.strip().casefold() for label in labels}) < len(labels):
        raise BadInput("A label is there twice.", "Write each label once.")
    check_text(inputs.template, "statement")
    if inputs.template.count(methods.PLACE) != 1:
        raise BadInput("The statement needs {} once, where the label goes.", f"For example: {TEMPLATE}")


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


def columns(result: ZeroShotResult) -> dict[str, object]:
    """The CSV columns of one text: the best label, how it was found, and every label's score."""
    scores = {
        f"score({one.label})": f"{one.score:.6f}" for one in sorted(result.labels, key=lambda j: j.label)
    }
    return {"label": result.labels[0].label, "method": result.method, **scores}


BATCH = Batch(one_by_one(zero_shot), columns, most=8)
