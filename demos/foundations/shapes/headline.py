"""What a dummy input becomes, and how large the model is, in one sentence."""

from __future__ import annotations

from demos.foundations.shapes.schemas import Shapes, ShapesInputs
from demos.foundations.shapes.words import amount, memory, shape


def headline(inputs: ShapesInputs, result: Shapes) -> str:
    """The shape of the first input and of the model's first output; parameters, and their memory."""
    whole = result.rows[0]
    ids = shape(whole.inputs[0]) if whole.inputs else "nothing"
    written = f" and {shape(whole.inputs[1])}" if len(whole.inputs) > 1 else ""
    out = shape(whole.outputs[0]) if whole.outputs else "nothing"
    return (
        f"{result.class_name} turns token ids {ids}{written} into {out} with {amount(result.parameters)} "
        f"parameters, {memory(result.weight_bytes)} as {inputs.precision}."
    )
