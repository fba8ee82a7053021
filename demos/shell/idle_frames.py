"""A page at rest draws no frames.

Gradio shows how long a page has been loading, and counts on when that is gone: as long as a page is open, its
script asks for sixty frames a second, in each of a talk's. The file that does so is mended when it is served:
the count ends with what shows it.
"""

from __future__ import annotations

import re

FILE = "statustracker-"
# A frame counts the seconds and asks for the next one while a flag is set, which stands beside the element.
_NEXT = re.compile(rb"performance\.now\(\)-\w+\(\w+\)\)/1e3\),(\w+)&&(\w+\(\)\}\)\})")


def without_idle_frames(name: str, content: bytes) -> bytes:
    """A file of Gradio's, which counts only while its element is in the page; as it is, if it is another one
    or looks otherwise than it did."""
    found = _NEXT.search(content) if name.startswith(FILE) else None
    beside = re.search(rb",(\w+)," + found[1] + rb"=!1,", content) if found else None
    if not found or not beside:
        return content
    return content.replace(
        found[0], found[0].removesuffix(found[2]) + beside[1] + b"?.isConnected&&" + found[2]
    )
