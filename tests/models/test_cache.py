from __future__ import annotations

import dataclasses
import errno
import gc
import json
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from demos.errors import ModelTooLarge, ModelUnavailable
from demos.models.cache import Loaded, ModelCache, Origin, Spec
from demos.models.hub_access import HubUnreachable

ORIGIN = Origin("x", "X", None, None, "bundled", "MIT", "")


class Model:
    """Stands for weights; can be referenced weakly."""


class Loader:
    """A fake of loading.load: counts, waits, fails, and takes the size from a table."""

    def __init__(self, sizes: dict[str, int], seconds: float = 0.0) -> None:
        self.sizes, self.seconds = sizes, seconds
        self.calls: list[Spec] = []
        self.errors: list[Exception] = []
        self.running = self.most_running = 0

    def load(self, spec: Spec, base: Loaded | None) -> Loaded:
        self.calls.append(spec)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        time.sleep(self.seconds)
        self.running -= 1
        if self.errors:
            raise self.errors.pop()
        model = Model()
        model.base = base.model if base else None
        return Loaded(spec, model, None, ORIGIN, self.size(spec))

    def size(self, spec: Spec) -> int:
        return self.sizes[spec.checkpoint] if spec.head == "base" else 1

    def cache(self, budget: int, **more) -> ModelCache:
        return ModelCache(budget, load=self.load, size=self.size, **more)


def touch(cache: ModelCache, *names: str) -> None:
    for name in names:
        with cache.lease(Spec(name)):
            pass


def resident(cache: ModelCache) -> list[str]:
    return [entry.spec.checkpoint for entry in cache.stats().entries]


def test_many_threads_cause_one_load_and_share_the_model():
    loader = Loader({"a": 10}, seconds=0.05)
    cache = loader.cache(100)
    together = threading.Barrier(16)

    def visit() -> int:
        together.wait()
        with cache.lease(Spec("a")) as loaded:
            return id(loaded.model)

    with ThreadPoolExecutor(16) as pool:
        models = {future.result() for future in [pool.submit(visit) for _ in range(16)]}
    assert len(models) == 1
    assert loader.calls == [Spec("a")]


def test_different_models_load_one_after_the_other_even_in_two_caches():
    loader = Loader({name: 10 for name in "abcd"}, seconds=0.03)
    caches = loader.cache(100), loader.cache(100)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: touch(caches[i % 2], "abcd"[i]), range(4)))
    assert len(loader.calls) == 4
    assert loader.most_running == 1


def test_the_longest_unused_goes_first():
    loader = Loader({name: 10 for name in "abcd"})
    cache = loader.cache(30)
    touch(cache, "a", "b", "c", "a", "d")
    assert resident(cache) == ["c", "a", "d"]
    assert cache.stats().evictions == 1


def test_a_leased_model_is_never_evicted():
    cache = Loader({"a": 10, "b": 10, "c": 10}).cache(20)
    with cache.lease(Spec("a")):
        touch(cache, "b", "c")
        assert resident(cache) == ["a", "c"]


def test_a_model_that_does_not_fit_beside_those_in_use_is_refused_by_name_and_evicts_nothing():
    loader = Loader({"a": 15, "b": 5, "c": 10})
    cache = loader.cache(20)
    touch(cache, "b")
    with cache.lease(Spec("a")):
        with pytest.raises(ModelTooLarge, match="c needs 10 bytes and does not fit beside those in use: a"):
            touch(cache, "c")
        assert sorted(resident(cache)) == ["a", "b"]
    touch(cache, "c")
    assert "c" in resident(cache)


def test_a_model_above_the_budget_is_refused_before_it_is_read():
    loader = Loader({"whale": 101})
    with pytest.raises(ModelTooLarge, match="whale needs 101 bytes, all models together have 100 bytes"):
        touch(loader.cache(100), "whale")
    assert loader.calls == []


def test_a_model_that_turns_out_larger_than_expected_is_not_kept():
    loader = Loader({"a": 30})
    cache = ModelCache(20, load=loader.load, size=lambda spec: 10)
    with pytest.raises(ModelTooLarge):
        touch(cache, "a")
    assert cache.stats().resident == 0


def test_a_model_that_cannot_be_fetched_evicts_nothing():
    loader = Loader({"a": 10, "b": 10})

    def fetch(spec: Spec) -> None:
        if spec.checkpoint == "b":
            raise HubUnreachable("No network.", "Try again.")

    cache = loader.cache(10, fetch=fetch)
    touch(cache, "a")
    with pytest.raises(HubUnreachable):
        touch(cache, "b")
    assert resident(cache) == ["a"]


def test_a_slow_download_keeps_no_other_load_waiting():
    loader = Loader({"slow": 10, "quick": 10})
    fetching, go_on = threading.Event(), threading.Event()

    def fetch(spec: Spec) -> None:
        if spec.checkpoint == "slow":
            fetching.set()
            assert go_on.wait(5)

    cache = loader.cache(100, fetch=fetch)
    thread = threading.Thread(target=touch, args=(cache, "slow"))
    thread.start()
    assert fetching.wait(5)
    touch(cache, "quick")
    assert resident(cache) == ["quick"]
    go_on.set()
    thread.join()
    assert resident(cache) == ["quick", "slow"]


def test_a_failure_that_is_remembered_does_not_hold_what_was_loaded():
    seen = []

    def load(spec: Spec, base: Loaded | None) -> Loaded:
        model = Model()
        seen.append(weakref.ref(model))
        raise ModelUnavailable("Parts are missing.", "Choose another model.")

    cache = ModelCache(100, load=load, size=lambda spec: 1)
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="Parts are missing. Choose another model.") as caught:
            touch(cache, "a")
        assert caught.value.remedy == "Choose another model."
        del caught
    gc.collect()
    assert [reference() for reference in seen] == [None]


def test_eviction_frees_the_memory():
    cache = Loader({"a": 10, "b": 10}).cache(10)
    with cache.lease(Spec("a")) as loaded:
        model = weakref.ref(loaded.model)
        loaded.model.itself = loaded.model  # only the garbage collector can free a cycle
    del loaded
    gc.disable()
    try:
        touch(cache, "b")
        assert model() is None
    finally:
        gc.enable()


def test_a_failing_load_wakes_every_waiter_with_the_same_error():
    loader = Loader({"a": 10}, seconds=0.1)
    loader.errors = [HubUnreachable("no network")]
    cache = loader.cache(100)

    def visit() -> BaseException | None:
        try:
            touch(cache, "a")
        except HubUnreachable as error:
            return error
        return None

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(visit)
        time.sleep(0.03)
        others = [pool.submit(visit) for _ in range(7)]
        errors = {id(future.result(timeout=5)) for future in [first, *others]}
    assert len(errors) == 1 and first.result() is not None
    assert loader.calls == [Spec("a")]
    touch(cache, "a")
    assert resident(cache) == ["a"]


@pytest.mark.parametrize(
    ("error", "loads_after"),
    [
        (ModelUnavailable("damaged"), 1),
        (HubUnreachable("no network"), 2),
        (OSError("a disk"), 2),
    ],
)
def test_only_lasting_failures_are_remembered_and_only_for_a_while(error, loads_after):
    now = [0.0]
    loader = Loader({"a": 10})
    loader.errors = [error]
    cache = loader.cache(100, clock=lambda: now[0])
    with pytest.raises(type(error)):
        touch(cache, "a")
    now[0] = 29.0
    if loads_after == 1:
        with pytest.raises(ModelUnavailable, match="damaged"):
            touch(cache, "a")
        assert len(loader.calls) == 1
        now[0] = 31.0
    touch(cache, "a")
    assert len(loader.calls) == 2


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_a_model_for_which_memory_runs_out_is_refused_by_name_and_tried_again(error):
    loader = Loader({"a": 10})
    loader.errors = [error]
    cache = loader.cache(100)
    with pytest.raises(ModelTooLarge, match="a needs 10 bytes, and so much memory is not left"):
        touch(cache, "a")
    touch(cache, "a")
    assert resident(cache) == ["a"]


def test_heads_share_one_base_which_stays_as_long_as_they_do():
    loader = Loader({"a": 10, "b": 12, "c": 20})
    cache = loader.cache(22)
    with (
        cache.lease(Spec("a", "masked-lm")) as masked,
        cache.lease(Spec("a", "token-classification")) as tokens,
    ):
        assert masked.model.base is tokens.model.base is not None
        assert cache.stats().resident == 12
        with pytest.raises(ModelTooLarge, match=r"in use: a \(masked-lm\), a \(token-classification\)"):
            touch(cache, "c")
    touch(cache, "b")  # needs the room of both heads; the base was used before the second of them
    assert [entry.spec for entry in cache.stats().entries] == [Spec("a"), Spec("b")]


def test_stats_count_and_are_plain_data():
    now = [0.0]
    loader = Loader({"a": 10, "b": 10})
    cache = loader.cache(10, clock=lambda: now[0])
    touch(cache, "a", "a", "b")
    now[0] = 5.0
    stats = cache.stats()
    assert (stats.budget, stats.resident, stats.hits, stats.loads, stats.evictions) == (10, 10, 1, 2, 1)
    [entry] = json.loads(json.dumps(dataclasses.asdict(stats)))["entries"]
    assert (entry["spec"]["checkpoint"], entry["nbytes"], entry["leases"], entry["idle_seconds"]) == (
        "b",
        10,
        0,
        5.0,
    )


def test_preload_leaves_out_what_cannot_be_loaded(caplog):
    loader = Loader({"a": 10, "whale": 1000})
    cache = loader.cache(100)
    cache.preload([Spec("whale"), Spec("a")])
    assert resident(cache) == ["a"]
    assert "whale was not preloaded" in caplog.text


def test_importing_the_cache_does_not_import_torch():
    program = "import sys, demos.models.cache; assert not {'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
