"""The models in memory: loaded once, shared by everyone, kept within a fixed number of bytes.

`with cache.lease(spec) as loaded:` is the only way to get a model. A leased model stays in memory; when room
is needed, the least recently leased model is evicted. The heads of one checkpoint, and the adapters that were
trained on it, share one copy of its base model, which stays as long as any of them does.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from demos.errors import ModelTooLarge, StageError, is_out_of_memory
from demos.models import spec_needs
from demos.models.catalog import checkpoint
from demos.models.checkpoint import WEIGHTLESS
from demos.models.failures import is_lasting, without_frames
from demos.models.fetching import Fetches, Fetching
from demos.models.memory_budget import in_words, memory_budget
from demos.models.metered import meter
from demos.models.spec_needs import base_of, expected_bytes, named
from demos.models.specs import CacheStats, EntryStats, Loaded, Origin, Spec, one_load_at_a_time
from demos.thread_pools import release_helpers

__all__ = ["CacheStats", "EntryStats", "Loaded", "ModelCache", "Origin", "Spec", "shared_cache"]

_REMEMBER_FAILURE = 30.0
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Entry:
    loaded: Loaded
    base: _Entry | None
    leases: int
    used: float


Load = Callable[[Spec, Loaded | None], Loaded]


class ModelCache:
    """Models within `budget_bytes`. The other arguments exist for tests to replace.

    `fetch` brings a checkpoint's files to the disk; that may take minutes, so it happens before anything
    else has to wait or make room.
    """

    def __init__(
        self,
        budget_bytes: int,
        load: Load | None = None,
        size: Callable[[Spec], int] | None = None,
        fetch: Callable[[Spec], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.budget = budget_bytes
        self._load, self._size, self._clock = load or spec_needs.load, size or expected_bytes, clock
        self._fetch = fetch or (spec_needs.fetch if load is None else lambda spec: None)
        self._fetches = Fetches()
        self._lock = threading.Lock()  # guards everything below, and is never held during a load
        self._entries: OrderedDict[Spec, _Entry] = OrderedDict()
        self._in_flight: dict[Spec, Future[None]] = {}
        self._failures: dict[Spec, tuple[float, BaseException]] = {}
        self._hits = self._loads = self._evictions = 0
        self._seconds_loading = 0.0

    @contextmanager
    def lease(self, spec: Spec) -> Iterator[Loaded]:
        """Holds a model, loading it first if necessary; raises what loading raises, or ModelTooLarge."""
        entry = self._acquire(spec)
        try:
            yield entry.loaded
        finally:
            self._release(entry)

    def holds(self, spec: Spec) -> bool:
        """Whether a model is in memory now; it may be gone a moment later."""
        with self._lock:
            return spec in self._entries

    def fetch(self, spec: Spec) -> Fetching:
        """Starts fetching a model's files in the background; raises errors that are known in advance."""
        self._refuse_too_large(spec, self._size(spec))
        part = "" if spec.head in WEIGHTLESS else "weights"
        return self._fetches(checkpoint(spec.checkpoint), lambda: self._fetch(spec), part)

    def preload(self, specs: Iterable[Spec]) -> None:
        """Loads models ahead of the first visitor; logs and skips those that cannot be loaded."""
        for spec in specs:
            try:
                with self.lease(spec):
                    pass
            except StageError as error:
                _log.warning("%s was not preloaded: %s", spec.checkpoint, error)

    def stats(self) -> CacheStats:
        """The current state of the cache."""
        with self._lock:
            now = self._clock()
            entries = tuple(
                EntryStats(spec, entry.loaded.nbytes, entry.leases, 0.0 if entry.leases else now - entry.used)
                for spec, entry in self._entries.items()
            )
            counts = (self._hits, self._loads, self._evictions, self._seconds_loading)
            return CacheStats(self.budget, self._resident(), *counts, entries)

    def _acquire(self, spec: Spec) -> _Entry:
        waited = False
        while True:
            with self._lock:
                if entry := self._entries.get(spec):
                    self._entries.move_to_end(spec)
                    entry.leases += 1
                    self._hits += not waited
                    return entry
                self._raise_remembered(spec)
                future = self._in_flight.get(spec)
                if mine := future is None:
                    future = self._in_flight[spec] = Future()
            if mine:
                return self._load_for_all(spec, future)
            future.result()
            waited = True  # and look again: it may have been evicted meanwhile

    def _release(self, entry: _Entry) -> None:
        with self._lock:
            entry.leases -= 1
            entry.used = self._clock()

    def _load_for_all(self, spec: Spec, future: Future[None]) -> _Entry:
        try:
            entry = self._load_entry(spec)
        except BaseException as error:
            with self._lock:
                del self._in_flight[spec]
                if is_lasting(error):
                    self._failures[spec] = (self._clock(), without_frames(error))
            future.set_exception(error)
            raise
        future.set_result(None)
        return entry

    def _load_entry(self, spec: Spec) -> _Entry:
        base = self._acquire(under) if (under := base_of(spec)) else None
        try:
            self._refuse_too_large(spec, self._size(spec))
            self._fetch(spec)
            with one_load_at_a_time:
                self._make_room(spec, self._size(spec))
                start = self._clock()
                loaded = self._read(spec, base.loaded if base else None)
                meter(loaded.model)
                seconds = self._clock() - start
                release_helpers()  # of the thread that happened to load it
                self._make_room(spec, loaded.nbytes)
                # Else each search for garbage goes through all that stays, and all wait a third of a second.
                gc.freeze()
                with self._lock:
                    entry = self._entries[spec] = _Entry(loaded, base, leases=1, used=self._clock())
                    del self._in_flight[spec]
                    self._loads += 1
                    self._seconds_loading += seconds
                return entry
        finally:
            if base:
                self._release(base)

    def _read(self, spec: Spec, base: Loaded | None) -> Loaded:
        try:
            return self._load(spec, base)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        # Out here, what was half read is let go.
        raise ModelTooLarge(
            f"{named(spec)} needs {in_words(self._size(spec))}, and so much memory is not left here.",
            "Choose a smaller model, or try again in a minute.",
        )

    def _raise_remembered(self, spec: Spec) -> None:
        when, error = self._failures.get(spec, (0.0, None))
        if error and self._clock() - when < _REMEMBER_FAILURE:
            raise without_frames(error)
        self._failures.pop(spec, None)

    def _refuse_too_large(self, spec: Spec, need: int) -> None:
        if need > self.budget:
            raise ModelTooLarge(
                f"{named(spec)} needs {in_words(need)}, all models together have {in_words(self.budget)}.",
                "Choose a smaller model, or raise STAGE_MEMORY_BUDGET.",
            )

    def _make_room(self, spec: Spec, need: int) -> None:
        self._refuse_too_large(spec, need)
        if self._evict_for(spec, need):
            gc.unfreeze()
            gc.collect()
            gc.freeze()  # as after a load, which may fail

    def _evict_for(self, spec: Spec, need: int) -> int:
        with self._lock:
            leased = {key: entry for key, entry in self._entries.items() if entry.leases}
            pinned = {id(entry): entry for entry in leased.values()}
            pinned |= {id(entry.base): entry.base for entry in leased.values() if entry.base}
            if sum(entry.loaded.nbytes for entry in pinned.values()) + need > self.budget:
                in_use = ", ".join(named(key) for key in leased)
                raise ModelTooLarge(
                    f"{named(spec)} needs {in_words(need)} and does not fit beside those in use: {in_use}.",
                    "Try again in a moment, or raise STAGE_MEMORY_BUDGET.",
                )
            before = self._evictions
            while self._resident() + need > self.budget:
                bases = {id(entry.base) for entry in self._entries.values()}
                oldest = next(k for k, e in self._entries.items() if not e.leases and id(e) not in bases)
                del self._entries[oldest]
                self._evictions += 1
            return self._evictions - before

    def _resident(self) -> int:
        return sum(entry.loaded.nbytes for entry in self._entries.values())


_shared_lock = threading.Lock()
_shared: ModelCache | None = None


def shared_cache() -> ModelCache:
    """The cache of this process; its budget is `memory_budget()`."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = ModelCache(memory_budget())
        return _shared
