"""A small gallery that really listens, with endpoints that wait until a test lets them go on."""

from __future__ import annotations

import json
import logging
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError

import pytest

from demos.contract import Endpoint, Info
from demos.models.cache import shared_cache
from demos.runner import PLACES, Runner
from demos.shell.gallery import build, launch_options
from tests.browser.steps import free_port

NAME = "demo_of_the_faults"
SLUG = "faults"
PATIENCE = 60.0
"""Seconds that a test waits for what happens at once on a machine with nothing else to do."""


@dataclass(frozen=True)
class Inputs:
    """A word."""

    word: str


@dataclass(frozen=True)
class Result:
    """What was said."""

    said: str


@dataclass
class Gallery:
    """A gallery that listens on `port`, and what happens in it."""

    port: int
    runner: Runner
    uploads: Path
    server: Any = None
    begun: threading.Event = field(default_factory=threading.Event)
    """A stream has given its first result."""
    closed: threading.Event = field(default_factory=threading.Event)
    """A stream was closed before its end."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, endpoint: str, word: str) -> tuple[int, Any]:
        """Status and content of an answer over plain HTTP."""
        return asked(f"{self.url}/api/{endpoint}", {"word": word})

    def works(self, word: str) -> bool:
        """Whether an ordinary request is answered."""
        return self.ask("echo", word) == (200, {"said": word})

    def is_idle(self) -> bool:
        """Whether no request is under way, and none holds anything."""
        return not self.server.server_state.tasks and self.runner.places.free == PLACES


def asked(url: str, question: dict[str, Any]) -> tuple[int, Any]:
    """Status and JSON of the answer to a question over plain HTTP."""
    body = json.dumps(question).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Iterator[Gallery]:
    """A gallery as `launch()` starts it, with one demo that needs no model."""
    uploads, port = tmp_path_factory.mktemp("uploads"), free_port()
    runner = Runner(shared_cache())
    made = Gallery(port, runner, uploads)

    def echo(inputs: Inputs, loaded: None) -> Result:
        """Says it again."""
        return Result(inputs.word)

    def count(inputs: Inputs, loaded: None) -> Iterator[Result]:
        """Says it until nobody listens."""
        try:
            while True:
                yield Result(inputs.word)
                made.begun.set()
        except GeneratorExit:
            made.closed.set()
            raise

    module = ModuleType(NAME, "A demo of the tests.")
    vars(module).update(
        INFO=Info(SLUG, "Faults", "Pipelines", "Nothing."),
        EXAMPLES=(),
        ENDPOINTS=(Endpoint("echo", echo, None), Endpoint("count", count, None)),
        build=lambda run: None,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, NAME, module)
        patch.setenv("GRADIO_TEMP_DIR", str(uploads))
        blocks, options = build(runner, (NAME,)), launch_options(runner, (NAME,))
        blocks.launch(server_port=port, prevent_thread_lock=True, quiet=True, **options)
        made.server = blocks.server
        yield made
        blocks.server_app.stop_event.set()
        blocks.close(verbose=False)


@pytest.fixture(autouse=True)
def no_traceback(capfd) -> Iterator[None]:
    """Whatever goes wrong is said in a sentence: neither the log nor the terminal shows a traceback."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append
    loggers = [logging.getLogger(name) for name in ("", "uvicorn")]  # uvicorn's hands nothing on
    for logger in loggers:
        logger.addHandler(handler)
    yield
    for logger in loggers:
        logger.removeHandler(handler)
    assert not [record.getMessage() for record in records if record.exc_info]
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err, (said.out + said.err)[-3000:]
