"""Labels of one's own, scored by entailment, similarity or likelihood."""

from __future__ import annotations

from typing import Literal

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.held_turn import clock
from demos.models.specs import Loaded
from demos.nlp.batches import one_by_one
from demos.nlp.classify import encode
from demos.nlp.csv_batch import Batch
from demos.nlp.legibility import legibility
from demos.nlp.other_models import remedied
from demos.tasks.zero_shot import methods
from demos.tasks.zero_shot.headline import headline
from demos.tasks.zero_shot.schemas import TEMPLATE, Judged, ZeroShotInputs, ZeroShotResult
from demos.texts import check_text


def zero_shot(inputs: ZeroShotInputs, loaded: Loaded) -> ZeroShotResult:
    """How well each label fits a text, by the method that the model allows."""
    check_inputs(inputs)
    text = encode(inputs.text, loaded)
    hard = text.judged if text.judged.withheld else legibility("\n".join(inputs.labels), loaded)
    asked = (inputs.text, inputs.labels, inputs.template)
    method: Literal["entailment", "similarity", "likelihood"]
    begin = clock()
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
    seconds = clock() - begin
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
    headline=headline,
)


def columns(result: ZeroShotResult) -> dict[str, object]:
    """The CSV columns of one text: the best label, how it was found, and every label's score."""
    scores = {
        f"score({one.label})": f"{one.score:.6f}" for one in sorted(result.labels, key=lambda j: j.label)
    }
    return {"label": result.labels[0].label, "method": result.method, **scores}


BATCH = Batch(one_by_one(zero_shot), columns, most=8)
