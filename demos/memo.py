"""A thread-safe cache bounded by bytes; however many ask for a value, it is computed once."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from demos.held_turn import aside
from demos.stopping import Stopped

Value = TypeVar("Value")


class _NobodyWaited(Exception):
    """The computation that was waited for has been stopped."""


class Memo:
    """Keeps the most recently used values, at most `budget` bytes of them.

    A value larger than the whole budget is returned but not kept. Nor is a computation that raises, but
    everyone who waited for it gets the same exception.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.resident = 0
        self.hits = 0
        self.misses = 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._pending: dict[Hashable, Future[Any]] = {}
        self._lock = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._values

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value of a key. Who waits for another's computation that is stopped, since nobody else does,
        computes it anew."""
        while True:
            try:
                return self._get(key, compute)
            except _NobodyWaited:
                pass

    def _get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                self.hits += 1
                return self._values[key][0]
            pending = self._pending.get(key)
            if pending is None:
                self.misses += 1
                mine = self._pending[key] = Future()
        if pending is not None:
            aside(lambda: wait([pending]))
            if isinstance(pending.exception(), Stopped):
                raise _NobodyWaited
            return pending.result()
        try:
            value = compute()
            size = nbytes(key) + nbytes(value)
        except BaseException as error:
            with self._lock:
                del self._pending[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._pending[key]
            self._keep(key, value, size)
        mine.set_result(value)
        return value

    def clear(self) -> None:
        """Forgets every value; computations under way are not disturbed."""
        with self._lock:
            self._values.clear()
            self.resident = 0

    def _keep(self, key: Hashable, value: Any, size: int) -> None:
        if size > self.budget:
            return
        self._values[key] = (value, size)
        self.resident += size
        while self.resident > self.budget:
            _, (_, freed) = self._values.popitem(last=False)
            self.resident -= freed


def nbytes(value: Any, seen: set[int] | None = None) -> int:
    """Bytes of the arrays, tensors and strings in a value, each counted once; anything else counts 64."""
    seen = set() if seen is None else seen
    if hasattr(value, "untyped_storage"):  # tensors may be views of one another
        storage = value.untyped_storage()
        return _once(storage.data_ptr(), storage.nbytes(), seen)
    if hasattr(value, "nbytes"):
        return _once(id(value), int(value.nbytes), seen)
    if isinstance(value, str | bytes):
        return _once(id(value), sys.getsizeof(value), seen)
    if dataclasses.is_dataclass(value):
        return 64 + sum(nbytes(getattr(value, field.name), seen) for field in dataclasses.fields(value))
    if isinstance(value, Mapping):
        return 64 + sum(nbytes(item, seen) for item in value.values())
    if isinstance(value, tuple | list):
        return 64 + sum(nbytes(item, seen) for item in value)
    return 64


def _once(identity: int, size: int, seen: set[int]) -> int:
    if identity in seen:
        return 0
    seen.add(identity)
    return size
