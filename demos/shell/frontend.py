"""Gradio's own scripts and styles, from memory.

To open a page takes seventy of them. Gradio reads, compresses and describes each anew for each visitor, in
the process that also computes, and lets no browser keep them: a third of a second of a core for one opening.
Their names hold a hash of their content.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import gradio
from starlette.types import Receive, Scope, Send

from demos.shell.idle_frames import without_idle_frames
from demos.shell.reopened_stream import with_reopened_stream
from demos.shell.static import send_for_good

PREFIX = "/assets/"
FOLDER = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
MEDIA = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


async def frontend(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request below PREFIX: only for names in Gradio's folder, no path reaches the disk."""
    name = scope["path"].removeprefix(PREFIX)
    found = (_content(name), MEDIA[Path(name).suffix]) if name in _names() else None
    await send_for_good(found, scope, receive, send)


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in MEDIA)


@cache
def _content(name: str) -> bytes:
    return with_reopened_stream(name, without_idle_frames(name, (FOLDER / name).read_bytes()))
