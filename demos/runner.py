"""The runner: leases the model, computes, and remembers the result.

`run(endpoint, inputs)` is the only link between pages or API and compute. Inputs and results are plain data,
so the same call can go to a worker on another machine (`demos/cluster/`); this runner computes in its own
process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import is_dataclass
from typing import Any

from demos.budget import UNBOUNDED, Bounds, Budget
from demos.contract import Endpoint, check_fields
from demos.errors import BadInput, Busy, StageError
from demos.leases import leases
from demos.memo import Memo
from demos.microbatch import MicroBatches
from demos.model_choice import specs_of
from demos.models.cache import ModelCache
from demos.models.catalog import checkpoint
from demos.models.specs import Loaded, Spec
from demos.outcome import Observe, guarded, unobserved
from demos.places import Places, Visitor, is_own
from demos.recordings import Recordings, current_replay
from demos.share import Share, Usual
from demos.stopping import Stop, Stopped, beside
from demos.stream import Stream, Waiting
from demos.turns import Tell, Turns

log = logging.getLogger(__name__)

RESULT_BYTES = 256 * 2**20
PLACES = 24
"""Computations that may run or wait; further ones are refused, so that a crowd cannot use up every thread."""
PATIENT = 4
"""Visitors that may wait for files to be fetched; others are told the progress and asked to come back."""
QUICK, TELL_EVERY = 1.0, 5.0
"""Seconds of fetching before the first progress message, and between two messages."""


class Runner:
    """Runs endpoints in this process, on models leased from one shared cache.

    `say` tells the visitor that a model is being fetched or loaded, which may take a while. `recordings`
    answer what is asked in a `replaying` block. `admit` is asked before anything is computed, and raises
    `Busy` for a visitor who asks too much. `visitor()` names who asks, None where all are one.
    `observe(endpoint, outcome, seconds)` is told of every request when it ends: the outcome is "answered",
    "stopped" or the class of the refusal. `bounds` are what one computation may take; `tell` tells the
    visitor's place in line.
    """

    def __init__(
        self,
        cache: ModelCache,
        result_bytes: int = RESULT_BYTES,
        say: Callable[[str], object] = log.info,
        recordings: Recordings | None = None,
        admit: Callable[[], object] = lambda: None,
        visitor: Callable[[], Visitor | None] = lambda: None,
        observe: Observe = unobserved,
        bounds: Bounds = UNBOUNDED,
        tell: Tell | None = None,
    ) -> None:
        self.cache = cache
        self.recordings = recordings or Recordings()
        self.admit, self.visitor, self.observe = admit, visitor, observe
        self.results = Memo(result_bytes)
        self.say, self.bounds, self.tell = say, bounds, tell
        self._turns, self._usual = Turns(), Usual()
        self._together = MicroBatches()
        self.places = Places(PLACES)
        self._patient = threading.BoundedSemaphore(PATIENT)

    def __call__(self, endpoint: Endpoint, inputs: Any) -> Any:
        """Returns the result of one endpoint, from the cache if the same inputs were computed before; raises
        `Stopped` once nobody waits for it."""
        key, stop, specs = (endpoint.name, inputs), Stop(), None

        def compute() -> Any:
            needed = specs_of(endpoint, inputs) if specs is None else specs  # None: forgotten just now
            return self._compute(endpoint, inputs, needed, stop)

        with guarded(endpoint.name, self.observe):
            _check(inputs)  # a list where a number belongs could not be looked up
            if key not in self.results:
                if (recorded := self._recorded(endpoint, inputs)) is not None:
                    return recorded
                specs = self._ready(endpoint, inputs, stop)
            while True:
                try:
                    return self.results.get(key, compute)
                except Stopped:  # perhaps by one who asked the same before, and left
                    if stop.is_set():
                        raise

    def stream(self, endpoint: Endpoint, inputs: Any) -> Stream:
        """Returns the growing results of a streaming endpoint, each computed in a turn among the streams.

        The lease lasts until the last result, or until `close()`, which any thread may call. A reader who
        takes a result and does not ask for the next one holds up nobody but who asks for the same scores.
        Where an answer need not be computed anew, there is only the last result, remembered or recorded.
        """
        if current_replay() and _in_order(inputs):  # otherwise the first step refuses them
            if (endpoint.name, inputs) in self.results:
                known = self.results.get((endpoint.name, inputs), lambda: None)
                return Stream(lambda _: (result for result in (known,)))
            if (recorded := self._recorded(endpoint, inputs)) is not None:
                return Stream(lambda _: (result for result in (recorded,)))

        def steps(stop: Stop) -> Iterator[Any]:
            last = None
            with suppress(Stopped), guarded(endpoint.name, self.observe):
                specs = self._ready(endpoint, inputs, stop)
                with closing(self._compute_steps(endpoint, inputs, specs, stop)) as results:
                    for last in results:
                        yield last
                self.results.get((endpoint.name, inputs), lambda: last)

        return Stream(steps)

    def _compute(self, endpoint: Endpoint, inputs: Any, specs: Sequence[Spec], stop: Stop) -> Any:
        """Computes a result on models whose files are on the disk."""
        who, kind = self.visitor(), (endpoint.name, *specs)
        with (
            self.places.hold(who),
            self._lease(endpoint, specs) as loaded,
            self._usual.share(kind, is_own(who)) as share,
        ):
            if endpoint.batched:
                same = (endpoint.name, loaded and loaded.spec, share.is_own)
                asked, turn = (inputs, stop), self._turns.take(share)
                return self._together(same, asked, lambda many: self._several(endpoint, many, loaded), turn)
            budget = Budget(self.bounds, stop.is_set)
            with self._turns.take(share, stop, self.tell), budget.computing():
                return endpoint.function(inputs, loaded)

    def _several(self, endpoint: Endpoint, asked: Sequence[tuple[Any, Stop]], loaded: Any) -> Sequence[Any]:
        """The answers to inputs that are computed together, as long as anyone waits for one of them."""
        with Budget(self.bounds, lambda: all(stop.is_set() for _, stop in asked)).computing():
            return endpoint.function([inputs for inputs, _ in asked], loaded)

    def _compute_steps(
        self, endpoint: Endpoint, inputs: Any, specs: Sequence[Spec], stop: Stop
    ) -> Generator[Any, None, None]:
        """Computes the growing results of a streaming endpoint; raises `Stopped` when told to stop."""
        who = self.visitor()
        share, budget = Share(is_own=is_own(who)), Budget(self.bounds, stop.is_set)
        for spec in specs:
            self._load(spec, stop)
        with self.places.hold(who), self._lease(endpoint, specs) as loaded:
            if stop.is_set():
                raise Stopped
            with self._turns.take(share, stop, self.tell), budget.computing():
                results = endpoint.function(inputs, loaded)
            with closing(results):
                while True:
                    with self._turns.take(share, stop), budget.computing():
                        result = next(results, None)
                    if result is None:
                        return
                    if isinstance(result, Waiting):
                        if not result.there.is_set():
                            self._turns.away(share)
                        stop.wait_for(result.there)
                    else:
                        yield result

    def _recorded(self, endpoint: Endpoint, inputs: Any) -> Any:
        """The recorded answer where the running event may be answered so, or None.

        Raises `StageError` if that is a refusal, or if there is none and nothing may be computed.
        """
        replay = current_replay()
        if replay is None or not endpoint.needs_models:
            return None
        found = self.recordings.find(endpoint, inputs)
        if found is not None:
            replay.told = self.recordings.of(endpoint).told
        elif replay.only:
            replay.missing.append(endpoint.name)
            raise StageError("This is not recorded.", "Press the button to compute it.")
        if isinstance(found, StageError):
            raise found
        return found

    def _ready(self, endpoint: Endpoint, inputs: Any, stop: Stop) -> list[Spec]:
        """Returns the specs of the models that inputs need, possibly none, once they can be loaded.

        Validates the inputs before that.
        """
        _check(inputs)
        if endpoint.check:
            endpoint.check(inputs)
        self.admit()
        specs = specs_of(endpoint, inputs)
        self._obtain(specs, stop)
        return specs

    def _obtain(self, specs: Sequence[Spec], stop: Stop) -> None:
        """Waits until the models' files are on the disk: perhaps minutes, without a turn or a place."""
        for spec in specs:
            if not self.cache.holds(spec):
                self._fetch(spec, stop)

    def _fetch(self, spec: Spec, stop: Stop) -> None:
        """Waits until a model's files are there, and tells the visitor the progress."""
        fetching = self.cache.fetch(spec)
        if fetching.ended(QUICK, stop):
            return
        if not self._patient.acquire(blocking=False):
            raise Busy(f"{fetching.so_far()}", "Others wait for it already: ask again in a minute.")
        try:
            self.say(fetching.so_far())
            while not fetching.ended(TELL_EVERY, stop):
                self.say(fetching.so_far())
        finally:
            self._patient.release()

    def _load(self, spec: Spec, stop: Stop) -> None:
        """Loads a model. Who presses Stop does not wait for it, and the next visitor finds it loaded."""

        def load() -> None:
            with self._model(spec):
                pass

        if not self.cache.holds(spec):
            beside(load, stop)

    def _lease(self, endpoint: Endpoint, specs: Sequence[Spec]) -> AbstractContextManager[Any]:
        return leases(endpoint, specs, self._model)

    @contextmanager
    def _model(self, spec: Spec) -> Iterator[Loaded]:
        if not self.cache.holds(spec):
            self.say(f"Loading {checkpoint(spec.checkpoint).title}. The first time takes a moment.")
        with self.cache.lease(spec) as loaded:
            yield loaded


def _check(inputs: Any) -> None:
    if is_dataclass(type(inputs)):
        check_fields(inputs)


def _in_order(inputs: Any) -> bool:
    try:
        _check(inputs)
    except BadInput:
        return False
    return True
