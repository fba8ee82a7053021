"""Which checkpoints suit an endpoint, and what to load of the chosen one."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping

from demos.contract import Endpoint
from demos.errors import BadInput, ModelUnavailable
from demos.models.catalog import catalog, checkpoint
from demos.models.checkpoint import Checkpoint
from demos.models.custom import is_custom
from demos.models.hub_access import mode
from demos.models.specs import Spec


def spec_of(endpoint: Endpoint, model: str) -> Spec:
    """Returns the spec of the model that an endpoint needs on a checkpoint of the catalog.

    If the checkpoint does not suit, raises `BadInput` naming those that do.
    """
    fitting = ", ".join(other.name for other in suitable(endpoint))
    if not is_custom(model) and model not in catalog():
        raise ModelUnavailable(
            f"There is no model called {reprlib.repr(model)}.", f"Choose one of: {fitting}."
        )
    entry = checkpoint(model)
    head = endpoint.head_on(entry)
    if head is None:
        tasks = (
            endpoint.task.values() if isinstance(endpoint.task, Mapping) else filter(None, [endpoint.task])
        )
        trained = " or ".join(tasks)
        lack = f"was not trained for {trained}" if trained else "has not the head that it takes"
        raise BadInput(
            f"{entry.title} cannot be used here: it {lack}.",
            f"Choose one of: {fitting}." if fitting else "Choose another model.",
        )
    return Spec(entry.name, head)


def suitable(endpoint: Endpoint) -> list[Checkpoint]:
    """The checkpoints that the endpoint can use and the mode allows, in the catalog's order."""
    allowed = (entry for entry in catalog().values() if entry.bundled or mode() != "bundled")
    return [entry for entry in allowed if endpoint.head_on(entry)]
