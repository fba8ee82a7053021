"""Records the answers to every example of every demo: python -m demos.shell.record [SLUG ...].

Presses each example on the demo's own page, with the bundled models, and writes what the page asked and was
answered into `assets/recordings/`; then makes every move that a drawing offers (`demos.ui.moves`).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from demos.contract import Endpoint, Run
from demos.errors import StageError
from demos.recordings import FOLDER, Recordings, key_of, write
from demos.stream import Stream

PACKAGES = ("torch", "transformers")
"""The packages whose versions a recording names."""

Answers = dict[tuple[str, bytes], tuple[Endpoint, Any, Any]]
"""Endpoint, inputs and result, by the endpoint's name and `key_of` the inputs."""


class Recorder:
    """Passes every question on to `run`, and keeps the answer; of a stream its last result."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.answers: Answers = {}

    def __call__(self, endpoint: Endpoint, inputs: Any) -> Any:
        with self._keeping_refusals(endpoint, inputs):
            return self._keep(endpoint, inputs, self._run(endpoint, inputs))

    def stream(self, endpoint: Endpoint, inputs: Any) -> Stream:
        def steps(_: Any) -> Iterator[Any]:
            with self._keeping_refusals(endpoint, inputs):
                for result in self._run.stream(endpoint, inputs):
                    yield self._keep(endpoint, inputs, result)

        return Stream(steps)

    def _keep(self, endpoint: Endpoint, inputs: Any, result: Any) -> Any:
        self.answers[endpoint.name, key_of(inputs)] = (endpoint, inputs, result)
        return result

    @contextmanager
    def _keeping_refusals(self, endpoint: Endpoint, inputs: Any) -> Iterator[None]:
        try:
            yield
        except StageError as error:
            self._keep(endpoint, inputs, error)
            raise


def recorded_answers(demo: ModuleType, run: Run) -> Answers:
    """What a demo's page asks when each of its examples is pressed, and for the moves in its drawings."""
    import gradio as gr

    from demos.shell.visitor import Visitor, example_buttons, moves_answered

    recorder = Recorder(run)
    with gr.Blocks() as page:
        demo.build(recorder)
    for button in example_buttons(page):
        began = time.perf_counter()
        visitor = Visitor(page)
        visitor.press(button)
        moves_answered(visitor)
        print(f"  {button.value}: {time.perf_counter() - began:.1f} s", file=sys.stderr)
    return recorder.answers


def main() -> None:
    """Records all demos, or those named."""
    os.environ["STAGE_MODELS"], os.environ["STAGE_ENGINE"] = "bundled", "transformers"
    from demos.models.cache import shared_cache
    from demos.runner import Runner
    from demos.shell.load_demos import load_programme, working

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="demos to record; by default all")
    wanted = parser.parse_args().slugs
    versions = {name: version(name).partition("+")[0] for name in PACKAGES}
    runner = Runner(shared_cache(), recordings=Recordings(Path(os.devnull)))
    found: dict[str, list[tuple[Any, Any]]] = {}
    for demo in working(load_programme()):
        if wanted and demo.INFO.slug not in wanted:
            continue
        print(demo.INFO.slug, file=sys.stderr)
        for endpoint, inputs, result in recorded_answers(demo, runner).values():
            found.setdefault(endpoint.name, []).append((inputs, result))
    for name, answers in found.items():
        write(FOLDER / f"{name}.json.gz", date.today().isoformat(), versions, answers)
        print(f"{name}: {len(answers)} answers", file=sys.stderr)


if __name__ == "__main__":
    main()
