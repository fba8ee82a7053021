"""The runner: leases the model, computes, remembers the result.

`run(endpoint, inputs)` is the one seam between pages or API and compute. Inputs and results are
plain data, so the same call could go to a worker elsewhere; this one computes in the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

from demos.contract import Endpoint
from demos.errors import BadInput, Busy, StageError
from demos.memo import Memo
from demos.microbatch import MicroBatches
from demos.models.cache import ModelCache
from demos.models.catalog import Checkpoint, catalog, checkpoint
from demos.models.hub import mode
from demos.models.specs import Loaded, Spec

log = logging.getLogger(__name__)

RESULT_BYTES = 256 * 2**20
PLACES = 24
"""Computations that may run or wait; one more is refused, so that a crowd cannot use up every thread."""


class Runner:
    """Runs endpoints in this process, on models leased from one shared cache.

    `say` tells the visitor that a model is being loaded, which may take a while.
    """

    def __init__(
        self,
        cache: ModelCache,
        result_bytes: int = RESULT_BYTES,
        say: Callable[[str], object] = log.info,
    ) -> None:
        self.cache = cache
        self.results = Memo(result_bytes)
        self.say = say
        # torch uses every core by itself, so computations take turns; text may be written beside them.
        self._turn = threading.Lock()
        self._together = MicroBatches(self._turn)
        self._places = threading.BoundedSemaphore(PLACES)

    def __call__(self, endpoint: Endpoint, inputs: Any) -> Any:
        """The result of one endpoint, from the cache if the same inputs were computed before."""

        def compute() -> Any:
            with self._place(), self._lease(endpoint, inputs) as loaded:
                if batched := endpoint.batched:
                    key = (endpoint.name, loaded and loaded.spec)
                    return self._together(key, inputs, lambda many: batched(many, loaded))
                with self._turn:
                    return endpoint.function(inputs, loaded)

        return _guarded(endpoint, lambda: self.results.get((endpoint.name, inputs), compute))

    def stream(self, endpoint: Endpoint, inputs: Any) -> Iterator[Any]:
        """The growing results of a streaming endpoint; the lease lasts until the last one."""
        with self._place(), self._lease(endpoint, inputs) as loaded:
            with self._turn:
                results = _guarded(endpoint, lambda: endpoint.function(inputs, loaded))
            with closing(results):
                while (result := _guarded(endpoint, lambda: next(results, None))) is not None:
                    yield result

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy("Too many questions are being answered at this moment.", "Try again in a few seconds.")
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def _lease(self, endpoint: Endpoint, inputs: Any) -> Iterator[Any]:
        if endpoint.check:
            endpoint.check(inputs)
        if endpoint.head is None:
            yield None
            return
        spec = spec_of(endpoint, inputs.model)
        with self._model(spec) as loaded:
            if (further := endpoint.helpers.get(spec.head)) is None:
                yield loaded
                return
            with self._model(further) as helper:
                yield replace(loaded, helper=helper)

    @contextmanager
    def _model(self, spec: Spec) -> Iterator[Loaded]:
        if not self.cache.holds(spec):
            self.say(f"Loading {checkpoint(spec.checkpoint).title}. The first time takes a moment.")
        with self.cache.lease(spec) as loaded:
            yield loaded


def spec_of(endpoint: Endpoint, model: str) -> Spec:
    """The specification of the model that an endpoint needs for a checkpoint of the catalog.

    Raises `BadInput` that names the checkpoints that suit, if this one does not.
    """
    entry = checkpoint(model)
    head = endpoint.head_on(entry)
    if head is None:
        fitting = ", ".join(other.name for other in suitable(endpoint))
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
    """The checkpoints that an endpoint can use and the mode allows, in the catalog's order."""
    allowed = (entry for entry in catalog().values() if entry.bundled or mode() != "bundled")
    return [entry for entry in allowed if endpoint.head_on(entry)]


def _guarded(endpoint: Endpoint, compute: Callable[[], Any]) -> Any:
    try:
        return compute()
    except StageError:
        raise
    except Exception as error:
        log.exception("%s failed", endpoint.name)
        raise StageError(
            f"Something went wrong in {endpoint.name} ({type(error).__name__}).",
            "Nothing you typed is lost. Try again; if it happens again, report it with the end of the log.",
        ) from error
