"""What writes a text: OpenVINO GenAI where it is installed and reads the model's file, else transformers.

Only writing is the engine's. Attention, scores and everything that is compared with something exact are
computed by transformers in float32. `STAGE_ENGINE` says otherwise: `transformers` (never an engine) or
`openvino` (an error where it cannot be had); `auto` is the default.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from demos.errors import StageError
from demos.models import bundled
from demos.models.catalog import checkpoint
from demos.models.specs import Loaded
from demos.nlp.decoding import Decoding, NewToken
from demos.nlp.writing import Write
from demos.stream import Waiting

SWITCH = "STAGE_ENGINE"
CHOICES = ("auto", "transformers", "openvino")
PACKAGE = "openvino_genai"
INSTALL = "pip install --no-deps -r requirements-fast.txt"

_log = logging.getLogger(__name__)
_opening = threading.Lock()
_engines: dict[Path, Engine | None] = {}  # by weights file; None: it could not be opened


class Engine(Protocol):
    """Writes texts with the model of one file. `remark` says on the badge what computed them."""

    remark: str
    failed: bool

    def write(self, loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken | Waiting]:
        """Yields the tokens that continue `batch`, `Waiting` while there is none; closing ends the text."""
        ...

    def gives(self, decoding: Decoding) -> bool:
        """Whether it can write so, with the model's own probability of each token."""
        ...


def open_engine(file: Path) -> Engine:
    """Opens the engine on a file of weights; takes some seconds."""
    from demos.nlp.openvino_engine import OpenVinoEngine, Pipeline

    return OpenVinoEngine(Pipeline(file))


def chosen(loaded: Loaded, decoding: Decoding, otherwise: Write) -> tuple[Loaded, Write]:
    """Returns what writes a text, and the model as the text's badge names it.

    `otherwise` writes what no engine can. Raises `StageError` if STAGE_ENGINE is wrong, or asks for an engine
    that is not installed.
    """
    wanted = _wanted()
    if wanted == "transformers" or (file := _file(loaded)) is None:
        return loaded, otherwise
    engine = _engine(file)
    if engine is None or not engine.gives(decoding):
        return loaded, otherwise
    note = f"{checkpoint(loaded.spec.checkpoint).note} {engine.remark}".strip()
    return replace(loaded, origin=replace(loaded.origin, note=note)), engine.write


def here(write: Write) -> Write:
    """The same writer for a reader that has nothing else to do: it waits for each token."""

    def waits(loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken]:
        with closing(write(loaded, batch, decoding)) as coming:
            for came in coming:
                if isinstance(came, Waiting):
                    came.there.wait()
                else:
                    yield came

    return waits


def _wanted() -> str:
    wanted = os.environ.get(SWITCH) or "auto"
    if wanted not in CHOICES:
        raise StageError(f"{SWITCH} is '{wanted}'.", f"Set it to one of: {', '.join(CHOICES)}.")
    if wanted == "openvino" and not _installed():
        raise StageError(f"{SWITCH} is openvino, and {PACKAGE} is not installed.", f"{INSTALL}.")
    return wanted


def _installed() -> bool:
    return importlib.util.find_spec(PACKAGE) is not None


def _file(loaded: Loaded) -> Path | None:
    """The file of weights that an engine reads as it is: the bundled GGUF that `loaded` was unpacked from."""
    if loaded.origin.source != "bundled" or not _installed():
        return None
    known = checkpoint(loaded.spec.checkpoint)
    if known.bundled is None or known.bundled.format != "gguf":
        return None
    return bundled.checked_file(known, known.bundled.packed)


def _engine(file: Path) -> Engine | None:
    """The engine of a file, opened once; None where it cannot be opened, or has failed while it wrote."""
    with _opening:
        if file not in _engines:
            try:
                _engines[file] = open_engine(file)
            except Exception as error:  # another processor, no memory: the text is written all the same
                _log.warning("%s cannot read %s (%s): transformers writes.", PACKAGE, file.name, error)
                _engines[file] = None
        engine = _engines[file]
        return None if engine is None or engine.failed else engine
