"""What writes a text: OpenVINO GenAI where it is installed and reads the model's file, else transformers.

Only writing is the engine's. Attention, scores and everything that is compared with something exact are
computed by transformers in float32. The first text opens the engine, and nobody waits for that: transformers
writes meanwhile. `STAGE_ENGINE` says otherwise: `transformers` (never an engine) or `openvino` (the first
text waits, and an error says where it is not installed); `auto` is the default.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import replace
from typing import Any, Protocol

from demos.errors import StageError
from demos.held_turn import aside
from demos.models.catalog import checkpoint
from demos.models.checkpoint import Checkpoint
from demos.models.eight_bits import eight_bit_file
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
_engines: dict[str, Future[Engine | None]] = {}  # by checkpoint; None: it could not be opened


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


def open_engine(known: Checkpoint) -> Engine:
    """Opens the engine on a checkpoint's bundled GGUF file; takes some seconds."""
    from demos.nlp.openvino_engine import start

    return start(eight_bit_file(known))


def chosen(loaded: Loaded, decoding: Decoding, otherwise: Write) -> tuple[Loaded, Write]:
    """Returns what writes a text, and the model as the text's badge names it.

    `otherwise` writes what no engine can. Raises `StageError` if STAGE_ENGINE is wrong, or asks for an engine
    that is not installed.
    """
    if (wanted := _wanted()) == "transformers" or not _installed():
        return loaded, otherwise
    known = checkpoint(loaded.spec.checkpoint)
    if not _has_file(known, loaded):
        return loaded, otherwise
    engine = _engine(known, patient=wanted == "openvino")
    if engine is None or not engine.gives(decoding):
        return loaded, otherwise
    note = f"{known.note} {engine.remark}".strip()
    return replace(loaded, origin=replace(loaded.origin, note=note)), engine.write


def here(write: Write) -> Callable[[Loaded, Any, Decoding], Generator[NewToken]]:
    """The same writer for a reader that has nothing else to do: it waits for each token."""

    def waits(loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken]:
        with closing(write(loaded, batch, decoding)) as coming:
            for came in coming:
                if isinstance(came, Waiting):
                    aside(came.there.wait)
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


def _has_file(known: Checkpoint, loaded: Loaded) -> bool:
    """Whether `loaded` was unpacked from a bundled GGUF, which the engine reads too."""
    return loaded.origin.source == "bundled" and known.bundled is not None and known.bundled.format == "gguf"


def _engine(known: Checkpoint, patient: bool) -> Engine | None:
    """The engine of a checkpoint, opened once; None where it cannot be, is not yet, or has failed since."""
    with _opening:
        if known.name not in _engines:
            _engines[known.name] = Future()
            opener = threading.Thread(target=_open, args=(known, _engines[known.name]), daemon=True)
            opener.start()
        opened = _engines[known.name]
    if not patient and not opened.done():
        return None
    aside(lambda: wait([opened]))
    engine = opened.result()
    return None if engine is None or engine.failed else engine


def _open(known: Checkpoint, opened: Future[Engine | None]) -> None:
    try:
        opened.set_result(open_engine(known))
    except Exception as error:  # another processor, no memory: the text is written all the same
        _log.warning("No engine for %s (%s): transformers writes.", known.title, error)
        opened.set_result(None)
