"""Where Chrome or Chromium is on this machine."""

from __future__ import annotations

import os
import shutil

# The headless shell first: a browser without windows takes half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
NAMES += ("google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")


def chromium() -> str:
    """The path of the browser to drive: CHROME if it is set, else the first of NAMES that is installed."""
    found = os.environ.get("CHROME") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise FileNotFoundError(
            "No Chrome or Chromium: install one (apt-get install chromium) or set CHROME to its path."
        )
    return found
