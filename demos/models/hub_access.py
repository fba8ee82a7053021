"""Whether the Hugging Face Hub may be asked, and whether it answers.

STAGE_MODELS chooses: `auto` (the Hub when it answers, otherwise bundled), `bundled` (never the network) or
`hub` (only the Hub's own weights).
"""

from __future__ import annotations

import logging
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from demos.errors import ModelUnavailable
from demos.models.memory_budget import parse_bytes
from demos.public import is_public

MODES = ("auto", "bundled", "hub")
ALLOWED = ["*.safetensors", "*.json", "*.txt", "*.model", "*.spm", "*.jinja"]
DOWNLOAD_LIMIT = 10**9
IGNORED = ["*/*", "training_args*"]  # sub-folders contain exports for other programs

_log = logging.getLogger(__name__)


class HubUnreachable(ModelUnavailable):
    """The Hub did not answer; trying again later may work."""


def mode() -> str:
    """The mode set in STAGE_MODELS; raises ModelUnavailable when there is no such mode."""
    chosen = os.environ.get("STAGE_MODELS") or "auto"
    if chosen not in MODES:
        raise ModelUnavailable(f"STAGE_MODELS is '{chosen}'.", f"Set it to one of: {', '.join(MODES)}.")
    return chosen


def hub_endpoint() -> str:
    """The address of the Hub, or of its substitute."""
    return os.environ.get("HF_ENDPOINT") or "https://huggingface.co"


def download_limit() -> int | None:
    """Bytes of the largest checkpoint that a visitor may cause to be downloaded, or None for no limit.

    Set by STAGE_DOWNLOAD_LIMIT ("500MB"); 1 GB by default where strangers may use the gallery.
    """
    if chosen := os.environ.get("STAGE_DOWNLOAD_LIMIT"):
        return parse_bytes(chosen)
    return DOWNLOAD_LIMIT if is_public() else None


class Reachability:
    """Whether the Hub answers; asked once per process, and again after `again_after` seconds.

    Looking up a host name can hang for a minute and cannot be interrupted, so it happens in a daemon thread,
    which is abandoned after `timeout` seconds.
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


def _offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def _hub_answers(timeout: float) -> bool:
    request = urllib.request.Request(
        hub_endpoint(), method="HEAD", headers={"User-Agent": "transformers-on-stage"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500 and error.code not in (403, 407)  # these two come from a proxy that refuses
    except (OSError, ValueError):
        return False


hub_reachable = Reachability()
