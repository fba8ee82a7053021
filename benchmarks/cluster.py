"""What a cluster adds to a call, what two workers give, and what is lost when one is killed.

    python -m benchmarks.cluster [--ray HOST:PORT]

One process against two workers in Ray Serve on this machine (or in the Ray that is named), asked with the
same questions, each once, so that nothing is remembered. Answers are compared, not only counted. Seconds are
of the clock; the processor's are of all processes together, by part of the cluster.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

os.environ["STAGE_MODELS"], os.environ["STAGE_ENGINE"] = "bundled", "transformers"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as many as a worker has, so that answers can be the same

CALLS, QUESTIONS, CLIENTS = 60, 160, 16
WORKERS = "ray::ServeReplica"


def main(arguments: Iterable[str] = ()) -> None:
    from importlib.util import find_spec

    if find_spec("ray") is None:
        print("left out: requirements-ray.txt is not installed")
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ray", metavar="HOST:PORT")
    options = parser.parse_args([*arguments])

    from demos.cluster.ray_serve import connect, start
    from demos.cluster.runner import ClusterRunner
    from demos.cluster.settings import read
    from demos.models.cache import ModelCache, shared_cache
    from demos.runner import Runner
    from demos.tasks.sentiment import ENDPOINTS

    address = options.ray
    if address is None:
        address = start(replace(read(), min_workers=2, max_workers=2, cpus=1))
    here, there = Runner(shared_cache()), ClusterRunner(connect(address), ModelCache(0))
    endpoint = ENDPOINTS[0]

    def asks(run: Any) -> Callable[[str], Any]:
        return lambda text: run(endpoint, endpoint.inputs_type(text))

    for run in (here, there):
        with ThreadPoolExecutor(CLIENTS) as pool:  # models are loaded, by both workers
            list(pool.map(asks(run), [f"Warm {number}" for number in range(4 * CLIENTS)]))
    one_call(asks(here), asks(there))
    answers = {}
    for name, run in (("one process", here), ("two workers", there)):
        answers[name], seconds = crowd(asks(run), [f"A film with {n} good scenes" for n in range(QUESTIONS)])
        rate, lost = QUESTIONS / seconds, failed(answers[name])
        print(f"{name:12} {rate:6.1f} questions a second by {CLIENTS} clients, {lost} lost")
    print(f"largest difference of the two: {difference(*answers.values()):.1e}")
    killed(asks(here), asks(there))


def one_call(here: Callable[[str], Any], there: Callable[[str], Any]) -> None:
    """Prints what a call takes, one after the other, and whose processor seconds the cluster's are."""
    for name, ask in (("one process", here), ("cluster", there)):
        before, times = processor_seconds(), []
        for number in range(CALLS):
            begin = time.perf_counter()
            ask(f"{name} {number} a good film")
            times.append(time.perf_counter() - begin)
        after = processor_seconds()
        spent = {part: (after[part] - before.get(part, 0)) * 1e3 / CALLS for part in after}
        parts = ", ".join(f"{part} {value:.1f}" for part, value in sorted(spent.items()))
        print(f"{name:12} {statistics.median(times) * 1e3:6.1f} ms a call; processor ms a call: {parts}")


def crowd(ask: Callable[[str], Any], texts: list[str]) -> tuple[list[Any], float]:
    """The answers, or errors, to questions of several clients, and the seconds until all are there."""

    def answer(text: str) -> Any:
        try:
            return ask(text)
        except Exception as error:
            return error

    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(answer, texts))
    return answers, time.perf_counter() - begin


def killed(here: Callable[[str], Any], there: Callable[[str], Any]) -> None:
    """Kills a worker while questions are under way, and prints how many of them were lost."""
    texts = [f"A film with {n} bad scenes" for n in range(2 * QUESTIONS)]
    victim = next(pid for pid, name in processes() if name.startswith(WORKERS))
    timer = threading.Timer(0.5, os.kill, [victim, signal.SIGKILL])
    timer.start()
    answers, _ = crowd(there, texts)
    expected = [here(text) for text in texts]
    print(
        f"a worker killed under {CLIENTS} clients: {failed(answers)} of {len(texts)} questions lost, "
        f"largest difference of the others {difference(answers, expected):.1e}"
    )
    for answer in answers:
        if isinstance(answer, Exception):
            print(f"  {type(answer).__name__}: {answer}")
            break


def failed(answers: Iterable[Any]) -> int:
    return sum(isinstance(answer, Exception) for answer in answers)


def difference(answers: list[Any], others: list[Any]) -> float:
    """The largest difference between the probabilities of two answers to a question."""
    pairs = [pair for pair in zip(answers, others, strict=True) if not failed(pair)]
    return max(
        abs(a.score - b.score) for one, other in pairs for a, b in zip(one.scores, other.scores, strict=True)
    )


def processor_seconds() -> dict[str, float]:
    """The processor's seconds so far, by part: this process (a front), the workers, and Ray's own."""
    import psutil

    found: dict[str, float] = {}
    for pid, name in processes():
        part = "here" if pid == os.getpid() else "workers" if name.startswith(WORKERS) else "Ray"
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[part] = found.get(part, 0) + times.user + times.system
    return found


def processes() -> list[tuple[int, str]]:
    """This process, and those of Ray, with their names."""
    import psutil

    found = [(os.getpid(), "here")]
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if line.startswith("ray::") or "/ray/" in line.partition(" ")[0] or "ray/_private" in line:
            found.append((process.pid, line))
    return found


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
