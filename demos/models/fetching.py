"""Fetches files in the background: once, however many wait for them, and anyone who waits may leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from demos.models.checkpoint import Checkpoint
from demos.models.failures import without_frames
from demos.models.memory_budget import in_words
from demos.stopping import Stop, Stopped
from demos.turns import LOOK


class Fetching:
    """One checkpoint on its way to the disk, in its own thread."""

    def __init__(self, checkpoint: Checkpoint, fetch: Callable[[], object]) -> None:
        self.checkpoint = checkpoint
        self._done: Future[None] = Future()
        self._before = self._most = bytes_here(checkpoint)
        threading.Thread(target=self._run, args=(fetch,), daemon=True).start()

    def _run(self, fetch: Callable[[], object]) -> None:
        try:
            fetch()
        except BaseException as error:
            self._done.set_exception(error)
        else:
            self._done.set_result(None)

    @property
    def over(self) -> bool:
        """Whether it has ended, successfully or not."""
        return self._done.done()

    def ended(self, seconds: float, stop: Stop | None = None) -> bool:
        """Waits at most `seconds` and returns whether it has ended; raises its error, or `Stopped`."""
        until = time.monotonic() + seconds
        while not self.over:
            if stop and stop.is_set():
                raise Stopped
            if (left := until - time.monotonic()) <= 0:
                return False
            try:
                self._done.exception(min(left, LOOK))
            except TimeoutError:
                continue
        if error := self._done.exception():
            raise without_frames(error)
        return True

    def so_far(self) -> str:
        """The progress in a sentence; without numbers while nothing comes over the network."""
        # A file that is renamed while it is counted is missed: progress never goes back.
        self._most = max(self._most, bytes_here(self.checkpoint))
        if self._most <= self._before:
            return f"{self.checkpoint.title} is being made ready. The first time takes a moment."
        whole = in_words(self.checkpoint.size_bytes)
        return f"{self.checkpoint.title} is being fetched: {in_words(self._most)} of about {whole}."


class Fetches:
    """The checkpoints that are being fetched now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], Fetching] = {}

    def __call__(self, checkpoint: Checkpoint, fetch: Callable[[], object], part: str = "") -> Fetching:
        """Fetches a checkpoint, or a part of it: returns the fetch that is under way, or starts a new one
        with `fetch()`."""
        key = (checkpoint.name, part)
        with self._lock:
            found = self._under_way.get(key)
            if found is None or found.over:
                self._under_way = {other: f for other, f in self._under_way.items() if not f.over}
                found = self._under_way[key] = Fetching(checkpoint, fetch)
            return found


def bytes_here(checkpoint: Checkpoint) -> int:
    """Bytes of a checkpoint in the Hub's local cache, including incomplete files."""
    if checkpoint.hub_id is None:
        return 0
    from huggingface_hub import constants

    blobs = Path(constants.HF_HUB_CACHE, f"models--{checkpoint.hub_id.replace('/', '--')}", "blobs")
    here = 0
    with suppress(OSError):  # the folder is not there yet
        for file in blobs.iterdir():
            with suppress(OSError):  # it was renamed a moment ago: the others count all the same
                here += file.stat().st_size
    return here
