"""Uploaded files: how much an address may send, and that a file goes with the last page that used it.

Gradio keeps every upload for a day. It names a file's folder after the content, so that one file may be of
several pages.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.public import is_public
from demos.rate import Rate
from demos.shell.admission import address_of
from demos.shell.body_limit import MAX_BODY, announced

HOURLY = 200 * 2**20
"""Bytes that an address may upload in an hour, and at once after a pause; a class has one address."""


class UploadQuota:
    """Refuses uploads of an address that has sent `hourly` bytes, where strangers may use the gallery."""

    def __init__(self, app: ASGIApp, hourly: int = HOURLY) -> None:
        self.app, self._bytes = app, Rate(hourly, hourly / 60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and _is_upload(scope["path"])
            and is_public()
        ):
            wait = self._bytes.take(address_of(Request(scope)), announced(scope) or MAX_BODY)
            if wait:
                said = f"Your address has uploaded as much as it may. Go on in {math.ceil(wait / 60)} min."
                answer = JSONResponse({"error": said}, 503, {"Retry-After": str(math.ceil(wait))})
                return await answer(scope, receive, send)
        await self.app(scope, receive, send)


def _is_upload(path: str) -> bool:
    return path.rstrip("/").endswith("/upload")


class Uploads:
    """Which open pages have used which uploaded files."""

    def __init__(self) -> None:
        self._of_page: defaultdict[str, set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def note(self, page: str, values: Sequence[Any], uploaded: Collection[str]) -> None:
        """Notes the files that a page sends among its values, if they are among those that were uploaded."""
        files = {path for path in _paths(values) if path in uploaded}
        if files:
            with self._lock:
                self._of_page[page] |= files

    def close(self, page: str) -> None:
        """Deletes the files of a page that is closed, except those that another page has, too."""
        with self._lock:
            files = self._of_page.pop(page, set())
            files = files.difference(*self._of_page.values())
        for file in map(Path, files):
            file.unlink(missing_ok=True)
            with suppress(OSError):  # another file is in it
                file.parent.rmdir()


def _paths(values: Sequence[Any]) -> Iterator[str]:
    """The paths of the files among the values of components: each is one file or a list of them."""
    for value in values:
        for file in value if isinstance(value, list) else [value]:
            if isinstance(file, dict) and isinstance(path := file.get("path"), str):
                yield path
