"""Which checkpoints suit an endpoint, and what to load of the chosen one."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from demos.contract import Endpoint
from demos.errors import BadInput, ModelUnavailable
from demos.models.catalog import catalog, checkpoint
from demos.models.checkpoint import Checkpoint
from demos.models.custom import is_custom
from demos.models.hub import obtainable
from demos.models.specs import Spec


def spec_of(endpoint: Endpoint, model: str) -> Spec:
    """Returns the spec of the model that an endpoint needs on a checkpoint of the catalog.

    If the checkpoint does not suit, raises `BadInput` naming those that do.
    """
    if not is_custom(model) and model not in catalog():
        raise ModelUnavailable(
            f"There is no model called {reprlib.repr(model)}.", f"Choose one of: {_fitting(endpoint)}."
        )
    entry = checkpoint(model)
    head = endpoint.head_on(entry)
    if head is None:
        tasks = (
            endpoint.task.values() if isinstance(endpoint.task, Mapping) else filter(None, [endpoint.task])
        )
        trained = " or ".join(tasks)
        lack = f"was not trained for {trained}" if trained else _lack(entry)
        fitting = _fitting(endpoint)
        raise BadInput(
            f"{entry.title} cannot be used here: it {lack}.",
            f"Choose one of: {fitting}." if fitting else "Choose another model.",
        )
    return Spec(entry.name, head)


def specs_of(endpoint: Endpoint, inputs: Any) -> list[Spec]:
    """The models that a request needs, a helper behind the model that it helps."""
    if endpoint.several:
        return list(endpoint.several(inputs))
    if endpoint.head is None:
        return []
    first = spec_of(endpoint, inputs.model)
    helper = endpoint.helpers.get(first.head)
    return [first, helper] if helper else [first]


def _lack(entry: Checkpoint) -> str:
    if entry.architecture == "recurrent":
        return "is made of LSTMs, which have no attention and none of a transformer's heads"
    return "has not the head that it takes"


def suitable(endpoint: Endpoint) -> list[Checkpoint]:
    """The checkpoints that the endpoint can use and that can be had here, in the catalog's order.

    If none can be had, those that it could use: asking one gives the reason.
    """
    fitting = [entry for entry in catalog().values() if endpoint.head_on(entry)]
    return [entry for entry in fitting if to_be_had(entry)] or fitting


def to_be_had(entry: Checkpoint) -> bool:
    """Whether a checkpoint's weights can be had here, and those of the checkpoint that it stands on."""
    return obtainable(entry) and (entry.base is None or obtainable(catalog()[entry.base]))


def _fitting(endpoint: Endpoint) -> str:
    return ", ".join(entry.name for entry in suitable(endpoint))
