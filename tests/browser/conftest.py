"""One Chromium for all browser tests. Without one they fail: a skipped browser test protects nobody."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def _chrome() -> str:
    found = os.environ.get("CHROME") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.fail(
            "No Chrome or Chromium: install one (apt-get install chromium) or set CHROME to its path."
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Playwright browser that is shared by the session; open a new context or page per test."""
    executable = _chrome()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=_QUIET)
        yield running
        running.close()
