"""Files of visitors: how much an address may upload, and that a file goes with the last page that has it.

Gradio keeps for a day what was uploaded, and what was made for a visitor. It names an upload's folder after
the content, so that one file may be of several pages.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.public import is_public
from demos.rate import Rate
from demos.shell.admission import address_of
from demos.shell.body_limit import MAX_BODY, announced
from demos.stopping import MAX_TICKETS

HOURLY = 200 * 2**20
"""Bytes that an address may upload in an hour, and at once after a pause; a class has one address."""
UNUSED = ("/gradio_api/deep_link", "/gradio_api/process_recording")
"""Ends of the addresses where Gradio, too, stores something for whoever asks, and nothing here needs that."""


class UploadQuota:
    """Refuses uploads of an address that has sent `hourly` bytes, where strangers may use the gallery."""

    def __init__(self, app: ASGIApp, hourly: int = HOURLY) -> None:
        self.app, self._bytes = app, Rate(hourly, hourly / 60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith(UNUSED):
            return await JSONResponse({"detail": "Not Found"}, 404)(scope, receive, send)
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
    """Which open pages have which files: those that they uploaded and those that were made for them."""

    def __init__(self) -> None:
        self._of_page: defaultdict[str, set[str]] = defaultdict(set)
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def asks(self, page: str, values: Sequence[Any], uploaded: Collection[str]) -> None:
        """A page asks something: it is open, and has those files among the values that were uploaded."""
        files = {path for path in _paths(values) if path in uploaded}
        with self._lock:
            self._closed.pop(page, None)  # it was out of reach for a moment
            if files:
                self._of_page[page] |= files

    def gets(self, page: str, values: Sequence[Any]) -> None:
        """A page gets the files among the values; they go at once if it was closed while they were made."""
        if not (files := set(_paths(values))):
            return
        with self._lock:
            if page not in self._closed:
                self._of_page[page] |= files
                return
            files = files.difference(*self._of_page.values())
        _delete(files)

    def close(self, page: str) -> None:
        """Deletes the files of a page that is closed, except those that another page has, too."""
        with self._lock:
            self._closed[page] = None
            while len(self._closed) > MAX_TICKETS:
                self._closed.popitem(last=False)
            files = self._of_page.pop(page, set())
            files = files.difference(*self._of_page.values())
        _delete(files)


def _delete(files: Iterable[str]) -> None:
    """Deletes what lies in Gradio's folder of visitors' files, and nothing else that an answer may name."""
    folder = Path(get_upload_folder()).resolve()
    for file in map(Path, files):
        if folder not in file.resolve().parents:
            continue
        file.unlink(missing_ok=True)
        with suppress(OSError):  # another file is in it
            file.parent.rmdir()


def _paths(values: Sequence[Any]) -> Iterator[str]:
    """The paths of the files among the values of components, or among their updates: each is one file or a
    list of them."""
    for value in values:
        if isinstance(value, dict) and value.get("__type__") == "update":
            value = value.get("value")
        for file in value if isinstance(value, list) else [value]:
            if isinstance(file, dict) and isinstance(path := file.get("path"), str):
                yield path
