"""The models that a request needs, held together for as long as it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from demos.contract import Endpoint
from demos.models.specs import Loaded, Spec


@contextmanager
def leases(
    endpoint: Endpoint, specs: Sequence[Spec], model: Callable[[Spec], AbstractContextManager[Loaded]]
) -> Iterator[Any]:
    """What `endpoint` computes on: several models, or one, with the second as its helper, or None.

    `model(spec)` leases one."""
    with ExitStack() as held:
        loaded = [held.enter_context(model(spec)) for spec in specs]
        if endpoint.several:
            yield loaded
        elif loaded[1:]:
            yield replace(loaded[0], helper=loaded[1])
        else:
            yield loaded[0] if loaded else None
