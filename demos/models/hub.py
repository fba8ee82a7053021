"""Where a checkpoint's weights come from: the Hugging Face Hub, its local cache, or bundled files.

STAGE_MODELS chooses: `auto` (the Hub when it answers, otherwise bundled), `bundled` (never the
network) or `hub` (only the Hub's own weights). From the Hub only safetensors, text and tokenizer
files are fetched, at the catalog's commit; code and pickles never are.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demos.errors import ModelUnavailable
from demos.models import bundled
from demos.models.catalog import Checkpoint
from demos.models.files import is_complete
from demos.models.memory_budget import in_words, parse_bytes
from demos.public import is_public

MODES = ("auto", "bundled", "hub")
ALLOWED = ["*.safetensors", "*.json", "*.txt", "*.model", "*.spm", "*.jinja"]
DOWNLOAD_LIMIT = 10**9
IGNORED = ["*/*", "training_args*"]  # sub-folders hold exports for other programs

_log = logging.getLogger(__name__)


class HubUnreachable(ModelUnavailable):
    """The Hub did not answer; trying again later may work."""


@dataclass(frozen=True)
class Place:
    """A folder that `from_pretrained` can read, and where its content came from."""

    folder: Path
    source: str
    revision: str | None
    note: str = ""


def mode() -> str:
    """The mode set in STAGE_MODELS; raises ModelUnavailable when there is no such mode."""
    chosen = os.environ.get("STAGE_MODELS") or "auto"
    if chosen not in MODES:
        raise ModelUnavailable(f"STAGE_MODELS is '{chosen}'.", f"Set it to one of: {', '.join(MODES)}.")
    return chosen


class Reachability:
    """Whether the Hub answers, asked once per process and again when `again_after` seconds are over.

    A look-up of a host name can hang for a minute and cannot be interrupted, so it happens in a
    daemon thread that is waited for `timeout` seconds and then left behind.
    """

    def __init__(
        self,
        answers: Callable[[float], bool] | None = None,
        timeout: float = 2.5,
        again_after: float = 300,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answers = answers or _hub_answers
        self._timeout, self._again_after, self._clock = timeout, again_after, clock
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._reachable = self._told = False

    def __call__(self) -> bool:
        with self._lock:
            if self._asked is None or self._clock() - self._asked > self._again_after:
                self._reachable = not _offline() and self._ask()
                self._asked = self._clock()
            if not self._reachable and not self._told:
                _log.warning("The Hub is not reachable; using bundled weights.")
                self._told = True
            return self._reachable

    def _ask(self) -> bool:
        heard: list[bool] = []
        thread = threading.Thread(target=lambda: heard.append(self._answers(self._timeout)), daemon=True)
        thread.start()
        thread.join(self._timeout)
        return heard == [True]


def resolve(checkpoint: Checkpoint) -> Place:
    """Find the checkpoint's files, downloading or unpacking them if the mode allows it.

    Raises ModelUnavailable with what would help; HubUnreachable if a network would have.
    """
    chosen = mode()
    if chosen == "bundled":
        if checkpoint.bundled is None:
            raise ModelUnavailable(
                f"{checkpoint.title} is not among the bundled models.",
                "It needs a network: start with --models auto.",
            )
        return _bundled(checkpoint)
    if place := _in_local_cache(checkpoint):
        return place
    if checkpoint.hub_id and (chosen == "hub" or hub_reachable()):
        try:
            return _download(checkpoint)
        except ModelUnavailable as error:
            if chosen == "hub" or checkpoint.bundled is None:
                raise
            _log.warning("%s: %s Using bundled weights.", checkpoint.name, error)
    if checkpoint.bundled and (chosen == "auto" or checkpoint.hub_id is None):
        return _bundled(checkpoint)
    raise HubUnreachable(
        f"{checkpoint.title} has to come from the Hugging Face Hub, which is not reachable.",
        "Try again with a network, or choose a bundled model.",
    )


def download_limit() -> int | None:
    """Bytes of the largest checkpoint that a visitor may have downloaded, or None for any.

    STAGE_DOWNLOAD_LIMIT ("500MB"), or 1 GB where strangers may use the gallery.
    """
    if chosen := os.environ.get("STAGE_DOWNLOAD_LIMIT"):
        return parse_bytes(chosen)
    return DOWNLOAD_LIMIT if is_public() else None


def _bundled(checkpoint: Checkpoint) -> Place:
    source = checkpoint.bundled
    assert source is not None
    revision = f"{source.package}=={source.version}" if source.package else None
    return Place(bundled.ready_folder(checkpoint), "bundled", revision, source.note)


def _in_local_cache(checkpoint: Checkpoint) -> Place | None:
    from huggingface_hub.errors import LocalEntryNotFoundError

    if checkpoint.hub_id is None:
        return None
    try:
        folder = _snapshot(checkpoint, local_files_only=True)
    except LocalEntryNotFoundError:
        return None
    return Place(folder, "hub", checkpoint.revision) if is_complete(folder) else None


def _download(checkpoint: Checkpoint) -> Place:
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    if (limit := download_limit()) is not None and checkpoint.size_bytes > limit:
        raise ModelUnavailable(
            f"{checkpoint.title} is a download of about {in_words(checkpoint.size_bytes)}; visitors of this "
            f"gallery may start one of at most {in_words(limit)}.",
            "Choose a smaller model. The gallery's owner can raise STAGE_DOWNLOAD_LIMIT.",
        )
    _log.info("%s: downloading %s from the Hub", checkpoint.name, in_words(checkpoint.size_bytes))
    try:
        folder = _snapshot(checkpoint, endpoint=_endpoint())
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise ModelUnavailable(
            f"The Hub has no {checkpoint.hub_id} at revision {checkpoint.revision}.",
            "Correct assets/models.toml.",
        ) from error
    except Exception as error:  # whatever the network layers raise; there is no common base class
        raise HubUnreachable(
            f"{checkpoint.title} could not be downloaded ({type(error).__name__}).",
            "Check the network and try again.",
        ) from error
    if not is_complete(folder):
        raise ModelUnavailable(
            f"{checkpoint.hub_id} publishes no safetensors weights or no tokenizer.", "Choose another model."
        )
    return Place(folder, "hub", checkpoint.revision)


def _snapshot(checkpoint: Checkpoint, **where: Any) -> Path:
    """The folder of the checkpoint's files at its revision: weights as safetensors, texts, no code."""
    from huggingface_hub import snapshot_download

    assert checkpoint.hub_id is not None
    revision = checkpoint.revision
    return Path(
        snapshot_download(
            checkpoint.hub_id, revision=revision, allow_patterns=ALLOWED, ignore_patterns=IGNORED, **where
        )
    )


def _offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT") or "https://huggingface.co"


def _hub_answers(timeout: float) -> bool:
    request = urllib.request.Request(
        _endpoint(), method="HEAD", headers={"User-Agent": "transformers-on-stage"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500 and error.code not in (403, 407)  # those come from a proxy that refuses
    except (OSError, ValueError):
        return False


hub_reachable = Reachability()
