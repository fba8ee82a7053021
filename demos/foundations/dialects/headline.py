"""How far two libraries are apart on the same layer, in one sentence."""

from __future__ import annotations

from demos.foundations.dialects.schemas import Dialects, DialectsInputs
from demos.nlp.wording import counted

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def headline(inputs: DialectsInputs, result: Dialects) -> str:
    """The largest difference between transformers and torch.nn, of how many numbers."""
    _, n, width = result.shape
    far = apart(result.nn_difference)
    if result.nn_difference < 1e-9:
        return (
            f"{inputs.layer}, twice with the same weights under other names: transformers and torch.nn "
            f"differ by {far} in {counted(n * width, 'number')}."
        )
    return f"{inputs.layer}: transformers and torch.nn differ by up to {far}."


def apart(difference: float) -> str:
    """A difference in words; the digits of rounding errors differ from processor to processor, so only how
    small they are is said."""
    for power, written in ((12, "¹²"), (9, "⁹"), (6, "⁶"), (3, "³")):
        if difference < 10**-power:
            return f"less than 10⁻{written}"
    return f"{difference:.3f}"


def scientific(value: float) -> str:
    """A positive number with two digits and its power of ten: "1.8 · 10⁻¹⁵"."""
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} · 10{str(int(power)).translate(RAISED)}"
