"""What the endpoints of the debate have in common: their classifiers, and the check of a text."""

from __future__ import annotations

from typing import Any

from demos.contract import Endpoint
from demos.debate.methods.sentence import check_sentence

HEADS = {"additive-attention": "base", "encoder": "sequence-classification"}


def check_inputs(inputs: Any) -> None:
    """Raise `BadInput` for what no model can put on trial."""
    check_sentence(inputs.text)


def classifier_endpoint(name: str, function: Any, check: Any = check_inputs) -> Endpoint:
    """An endpoint on a classifier that the debate knows how to take apart."""
    return Endpoint(name, function, HEADS, check=check, task="attention-trial")
