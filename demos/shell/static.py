"""Files for the browser at addresses with a hash of their content, so that browsers cache them for good."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

PREFIX = "/stage/"
# Not the system's table, which Gradio and registries change.
MEDIA = {".js": "text/javascript", ".css": "text/css", ".avif": "image/avif"}
FOR_GOOD = "public, max-age=31536000, immutable"


class Static:
    """Serves only files for which it was asked for an address: no path in a request reaches the disk."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, str]] = {}

    def address(self, *paths: Path) -> str:
        """The address, relative to any page, of one file, or of several files joined in order."""
        content = _joined(paths)
        name = f"{sha256(content).hexdigest()[:16]}/{paths[-1].name}"
        media = MEDIA[paths[-1].suffix]
        if name not in self._files:
            self._files[name] = (content, media)
        return f".{PREFIX}{name}"

    def content(self, address: str) -> bytes:
        """The content of the file at an address, as `address` returned it without its first "./"."""
        return self._files[address.removeprefix(PREFIX.lstrip("/"))][0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request below PREFIX."""
        await send_for_good(self._files.get(scope["path"].removeprefix(PREFIX)), scope, receive, send)


STATIC = Static()


async def send_for_good(found: tuple[bytes, str] | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with a file, its content and media type, which browsers may keep for good."""
    if found is None or scope["type"] != "http":
        return await PlainTextResponse("Not Found", 404)(scope, receive, send)
    if scope["method"] not in ("GET", "HEAD"):
        return await PlainTextResponse("Method Not Allowed", 405)(scope, receive, send)
    content, media = found
    headers = {"Cache-Control": FOR_GOOD, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if media.startswith("text/") and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
        content, headers["Content-Encoding"] = _compressed(content), "gzip"
    await Response(content, media_type=media, headers=headers)(scope, receive, send)


def _joined(paths: Sequence[Path]) -> bytes:
    if len(paths) == 1:
        return paths[0].read_bytes()
    return b"\n".join(path.read_bytes() for path in dict.fromkeys(paths))


@cache
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content)
