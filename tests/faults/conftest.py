"""A small gallery that really listens, and how it is asked."""

from __future__ import annotations

import json
import logging
import resource
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from demos.runner import PLACES, Runner
from tests.browser.steps import free_port
from tests.faults.small_gallery import NAME, Streams, launched

PATIENCE = 60.0
"""Seconds that a test waits for what happens at once on a machine with nothing else to do."""


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """The system itself ends every file of this process at `room` bytes, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@dataclass
class Gallery:
    """A gallery that listens on `port`, in this process if there is a `runner`."""

    port: int
    uploads: Path
    streams: Streams = field(default_factory=Streams)
    runner: Runner | None = None
    server: Any = None

    def ask(self, endpoint: str, word: str) -> tuple[int, Any]:
        """Status and content of an answer over plain HTTP."""
        body, kind = json.dumps({"word": word}).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/{endpoint}", body, kind)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def works(self, word: str) -> bool:
        """Whether an ordinary request is answered."""
        return self.ask("echo", word) == (200, {"said": word})

    def is_idle(self) -> bool:
        """Whether no request is under way, and none holds anything."""
        assert self.runner is not None
        return not self.server.server_state.tasks and self.runner.places.free == PLACES


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Iterator[Gallery]:
    """A gallery in this process."""
    made = Gallery(free_port(), tmp_path_factory.mktemp("uploads"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(made.uploads))
        blocks, made.runner = launched(made.port, made.streams, prevent_thread_lock=True)
        made.server = blocks.server
        yield made
        blocks.server_app.stop_event.set()
        blocks.close(verbose=False)
    del sys.modules[NAME]


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
