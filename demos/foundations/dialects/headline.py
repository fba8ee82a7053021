"""How far two libraries are apart on the same layer, in one sentence."""

from __future__ import annotations

from demos.foundations.dialects.schemas import Dialects, DialectsInputs
from demos.nlp.wording import counted


def headline(inputs: DialectsInputs, result: Dialects) -> str:
    """The largest difference between transformers and torch.nn, of how many numbers."""
    _, n, width = result.shape
    return (
        f"{inputs.layer}, twice with the same weights: transformers and torch.nn differ by "
        f"{apart(result.nn_difference)} in {counted(n * width, 'number')}; only the names differ."
        if result.nn_difference < 1e-9
        else f"{inputs.layer}: transformers and torch.nn differ by up to {apart(result.nn_difference)}."
    )


def apart(difference: float) -> str:
    """A difference in words; the digits of rounding errors differ from processor to processor, so only how
    small they are is said."""
    for power in (12, 9, 6, 3):
        if difference < 10**-power:
            return f"less than 0.{'0' * (power - 1)}1"
    return f"{difference:.3f}"
