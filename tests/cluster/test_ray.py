"""Workers in a real Ray Serve, where Ray is installed (requirements-ray.txt): all recorded questions, a
worker that is killed, and a stream that is stopped."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from demos.cluster.runner import ClusterRunner
from demos.cluster.settings import read
from demos.models.cache import ModelCache, shared_cache
from demos.runner import PLACES, Runner
from tests.cluster.recorded import ENDPOINTS, RECORDED, differing

os.environ.setdefault("RAY_AUTH_MODE", "token")  # read when Ray is imported: see `ray_serve`
with warnings.catch_warnings():  # Ray's own, while it is imported
    warnings.simplefilter("ignore")
    pytest.importorskip("ray.serve")
    from demos.cluster.ray_serve import connect, start, stop

# Ray's own threads and sockets end with its processes.
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(1800),
]
LONG = {"k_curve", "order_sensitivity", "label_noise", "label_words"}
"""Endpoints that take minutes: of these one question."""


@pytest.fixture(scope="module")
def front() -> Iterator[ClusterRunner]:
    """A runner in front of two workers."""
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])  # for Ray's processes
    address = start(replace(read(), min_workers=2, max_workers=2, cpus=1, at_once=4))
    yield ClusterRunner(connect(address), ModelCache(0))
    stop()


@pytest.mark.parametrize("name", RECORDED)
def test_local_and_ray_the_same_json(name, front, runner):
    assert not list(differing(name, runner, front, most=1 if name in LONG else None))


def replicas() -> list[psutil.Process]:
    """The processes of the workers that this test started."""
    below = psutil.Process().children(recursive=True)
    return [process for process in below if "ServeReplica" in " ".join(process.cmdline())]


def test_a_worker_that_is_killed_under_load_loses_no_question(front):
    endpoint = ENDPOINTS["sentiment"]
    questions = [endpoint.inputs_type(f"A film with {number} good scenes") for number in range(200)]
    half = threading.Event()

    def ask(inputs):
        if inputs is questions[len(questions) // 3]:
            half.set()
        return front(endpoint, inputs)

    with ThreadPoolExecutor(PLACES) as pool:
        answers = [pool.submit(ask, inputs) for inputs in questions]
        assert half.wait(300)
        os.kill(replicas()[0].pid, signal.SIGKILL)
        here = Runner(shared_cache())
        for inputs, answer in zip(questions, answers, strict=True):
            expected = here(endpoint, inputs)
            assert answer.result().label == expected.label
            assert answer.result().scores[0].score == pytest.approx(expected.scores[0].score, abs=1e-5)


def test_a_stream_that_is_closed_frees_the_worker(front):
    endpoint = ENDPOINTS["generate"]
    inputs = endpoint.inputs_type(prompt="The dog", max_new_tokens=200)
    stream = front.stream(endpoint, inputs)
    assert next(stream)
    stream.close()
    assert front.places.free == PLACES
    with pytest.raises(StopIteration):
        next(stream)
