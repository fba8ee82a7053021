"""What all endpoints of the debate share: their classifiers, and the check of the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.contract import Endpoint
from demos.debate.methods.sentence import check_sentence

HEADS = {"additive-attention": "base", "encoder": "sequence-classification"}


def check_inputs(inputs: Any) -> None:
    """Raises `BadInput` for a text that no classifier can read."""
    check_sentence(inputs.text)


def classifier_endpoint(
    name: str, function: Any, headline: Callable[[Any, Any], str], check: Any = check_inputs
) -> Endpoint:
    """An endpoint that runs on the debate's classifiers."""
    return Endpoint(name, function, HEADS, check=check, task="attention-trial", headline=headline)


def of_result(headline: Callable[[Any], str]) -> Callable[[Any, Any], str]:
    """A headline for which the result suffices."""
    return lambda _, result: headline(result)
