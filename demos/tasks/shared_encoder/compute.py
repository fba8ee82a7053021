"""Four heads' answers to one text, from one run of their encoder."""

from __future__ import annotations

from demos.contract import Endpoint
from demos.held_turn import clock
from demos.models.specs import Loaded
from demos.tasks.entities.schemas import NamedEntity
from demos.tasks.shared_encoder.headline import headline
from demos.tasks.shared_encoder.schemas import SharedEncoderInputs, SharedEncoderResult
from demos.texts import check_text


def shared_encoder(inputs: SharedEncoderInputs, loaded: Loaded) -> SharedEncoderResult:
    """What four heads on one encoder say of a text, or of a pair of texts."""
    from demos.tasks.shared_encoder.multi_task import PAIR, SINGLE, predict

    begin = clock()
    said = predict(loaded, inputs.text, inputs.second if inputs.second.strip() else None)
    seconds = clock() - begin
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


SHARED = Endpoint(
    "shared_encoder", shared_encoder, {"encoder": "multi-task"}, check=check_inputs, headline=headline
)
