"""A gallery of one small demo that needs no model: python -m tests.faults.small_gallery PORT"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from demos.contract import Endpoint, Info
from demos.models.cache import shared_cache
from demos.runner import Runner
from demos.shell.gallery import build, launch_options
from demos.shell.own_folder import keep_files_apart

NAME = "demo_of_the_faults"


@dataclass(frozen=True)
class Inputs:
    """A word."""

    word: str


@dataclass(frozen=True)
class Result:
    """What was said."""

    said: str


@dataclass
class Streams:
    """What happened to the streams: one has given a result; one was closed before its end."""

    begun: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)


def launched(port: int, streams: Streams, prevent_thread_lock: bool) -> tuple[Any, Runner]:
    """The pages, as `launch()` serves them, and the runner."""

    def echo(inputs: Inputs, loaded: None) -> Result:
        """Says it again."""
        return Result(inputs.word)

    def count(inputs: Inputs, loaded: None) -> Iterator[Result]:
        """Says it until nobody listens."""
        try:
            while True:
                yield Result(inputs.word)
                streams.begun.set()
        except GeneratorExit:
            streams.closed.set()
            raise

    sys.modules[NAME] = module = ModuleType(NAME, "A demo of the tests.")
    vars(module).update(
        INFO=Info("faults", "Faults", "Pipelines", "Nothing."),
        EXAMPLES=(),
        ENDPOINTS=(Endpoint("echo", echo, None), Endpoint("count", count, None)),
        build=lambda run: None,
    )
    runner = Runner(shared_cache())
    blocks, options = build(runner, (NAME,)), launch_options(runner, (NAME,))
    blocks.launch(server_port=port, prevent_thread_lock=prevent_thread_lock, quiet=True, **options)
    return blocks, runner


if __name__ == "__main__":
    keep_files_apart()
    launched(int(sys.argv[1]), Streams(), prevent_thread_lock=False)
