"""Four heads' answers to one text, from one run of their encoder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.contract import Endpoint
from demos.models.specs import Loaded, Origin
from demos.tasks.entities.compute import NamedEntity
from demos.texts import check_text

DEFAULT = "shared-encoder"


@dataclass(frozen=True)
class SharedEncoderInputs:
    """One text for all heads, and a second one for those that read pairs."""

    text: Annotated[str, Field(title="Text", description="one sentence")]
    second: Annotated[
        str,
        Field(
            title="Second text, for entailment and relatedness (optional)",
            description='another one for the heads that read pairs, or ""',
        ),
    ] = ""
    model: Annotated[str, Field(description="a checkpoint with several heads")] = DEFAULT


@dataclass(frozen=True)
class SharedEncoderResult:
    """sentiment: probability of each class; entities: in the order of the text; entailment: probability of
    each class, and relatedness, 1 (unrelated) to 5 (equivalent), or null without a pair; heads: how many
    answered; forward_passes: how often the encoder ran, as counted; withheld: why all this says nothing (the
    model cannot read one of the texts), or ""; warning: which part of them was not read, or ""; seconds: of
    the computation."""

    text: str
    sentiment: Mapping[str, float]
    entities: tuple[NamedEntity, ...]
    entailment: Mapping[str, float] | None
    relatedness: float | None
    heads: int
    forward_passes: int
    withheld: str
    warning: str
    seconds: float
    origin: Origin


def shared_encoder(inputs: SharedEncoderInputs, loaded: Loaded) -> SharedEncoderResult:
    """What four heads on one encoder say of a text, or of a pair of texts."""
    from demos.tasks.shared_encoder.multi_task import PAIR, SINGLE, predict

    begin = time.perf_counter()
    said = predict(loaded, inputs.text, inputs.second if inputs.second.strip() else None)
    seconds = time.perf_counter() - begin
    found = tuple(
        NamedEntity(inputs.text[e.start : e.end], e.label, e.start, e.end, e.probability) for e in said.names
    )
    return SharedEncoderResult(
        text=inputs.text,
        sentiment=said.sentiment,
        entities=found,
        entailment=said.entailment,
        relatedness=said.relatedness,
        heads=len(SINGLE) + (len(PAIR) if said.entailment else 0),
        forward_passes=said.forward_passes,
        withheld=said.withheld,
        warning=said.warning,
        seconds=seconds,
        origin=loaded.origin,
    )


def check_inputs(inputs: SharedEncoderInputs) -> None:
    """Raises `BadInput` for texts that no model can read."""
    check_text(inputs.text)
    if inputs.second.strip():
        check_text(inputs.second, "second text")


SHARED = Endpoint("shared_encoder", shared_encoder, {"encoder": "multi-task"}, check=check_inputs)
