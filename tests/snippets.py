"""Code shown on a page, for a test that runs it."""

from __future__ import annotations

import re
from pathlib import Path


def reading(folder: Path, code: str) -> str:
    """The code with another folder of weights."""
    changed, found = re.subn(r"(?m)^folder = .*$", f"folder = {str(folder)!r}", code)
    assert found == 1
    return changed
