"""What each demo costs: the processor's seconds of its first example, computed anew, on models in memory.

    python -m benchmarks.costs [--times 3] [SLUG ...]

Presses the first example on the demo's own page, as a visitor would. What endpoints compute is a worker's
cost; the rest, which is what the page draws, a front's. Then the processor's seconds that a front spends on
serving a page, measured on a process of its own. docs/cluster.md says how many machines that makes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["STAGE_MODELS"], os.environ["STAGE_ENGINE"] = "bundled", "transformers"
os.environ.setdefault("OMP_NUM_THREADS", "1")

OPENINGS = 20


@dataclass
class Metered:
    """Passes questions on to a runner, and adds up the processor's seconds until they are answered."""

    run: Any
    seconds: float = 0.0
    calls: int = 0

    def __call__(self, endpoint: Any, inputs: Any) -> Any:
        return self._metered(lambda: self.run(endpoint, inputs))

    def stream(self, endpoint: Any, inputs: Any) -> Any:
        from demos.stream import Stream

        stream, nothing = self.run.stream(endpoint, inputs), object()
        self.calls += 1

        def steps(stop: Any) -> Iterator[Any]:
            while (result := self._metered(lambda: next(stream, nothing), calls=0)) is not nothing:
                yield result

        return Stream(steps)

    def _metered(self, work: Callable[[], Any], calls: int = 1) -> Any:
        begin = time.process_time()
        try:
            return work()
        finally:
            self.seconds += time.process_time() - begin
            self.calls += calls


def main(arguments: Iterable[str] = ()) -> None:
    from demos.models.cache import shared_cache
    from demos.recordings import Recordings
    from demos.runner import Runner
    from demos.shell.load_demos import load_programme, working

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args([*arguments])
    runner = Runner(shared_cache(), recordings=Recordings(Path(os.devnull)))  # computed, not read
    costs = []
    print(f"processor ms, median of {options.times}")
    print(f"{'first example of':20} {'calls':>5} {'worker':>10} {'front':>9}")
    for demo in working(load_programme()):
        if options.slugs and demo.INFO.slug not in options.slugs:
            continue
        calls, worker, front = cost(demo, runner, options.times)
        costs.append((worker, front))
        print(f"{demo.INFO.slug:20} {calls:5} {worker * 1e3:10.0f} {front * 1e3:9.0f}", flush=True)
    worker, front = (statistics.mean(values) for values in zip(*costs, strict=True))
    print(f"{'mean of all demos':20} {'':5} {worker * 1e3:10.0f} {front * 1e3:9.0f}")
    if not options.slugs:
        print(f"a page opened over HTTP: {opening() * 1e3:.0f} ms of a front's processor")


def cost(demo: Any, runner: Any, times: int) -> tuple[int, float, float]:
    """The calls of a demo's first example, and the processor's seconds of computing and of the page."""
    import gradio as gr

    from demos.shell.visitor import Visitor, example_buttons

    metered = Metered(runner)
    with gr.Blocks() as page:
        demo.build(metered)
    button = example_buttons(page)[0]
    measured: list[tuple[float, float]] = []
    for _ in range(1 + times):  # the first time loads models, which is left out
        forget(runner)
        metered.seconds, metered.calls = 0.0, 0
        begin = time.process_time()
        Visitor(page).press(button)
        measured.append((metered.seconds, time.process_time() - begin - metered.seconds))
    worker, front = (statistics.median(values) for values in zip(*measured[1:], strict=True))
    return metered.calls, worker, front


def forget(runner: Any) -> None:
    """Empties every memory of results."""
    from demos.attention.viewer.measured_map import captures
    from demos.debate.faithfulness.compute import _scores

    for memory in (runner.results, captures, _scores):
        memory.clear()


def opening() -> float:
    """The processor's seconds in which a gallery's process serves a page that was built before."""
    import psutil

    from benchmarks.service import fetch, gallery

    with gallery() as (url, process):
        fetch(f"{url}/sentiment")
        meter = psutil.Process(process.pid)
        before = sum(meter.cpu_times()[:2])
        for _ in range(OPENINGS):
            fetch(f"{url}/sentiment")
        return (sum(meter.cpu_times()[:2]) - before) / OPENINGS


if __name__ == "__main__":
    main(sys.argv[1:])
