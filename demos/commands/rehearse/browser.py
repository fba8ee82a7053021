"""Opens a link's page in Chromium, and says how long it takes until the page has nothing left to do."""

from __future__ import annotations

import importlib
import importlib.util
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from demos.commands.chromium import chromium

SLIDE = {"width": 1280, "height": 720}
QUIET = 1.0
"""Seconds without work after which a page is taken to have its answer."""
BEGINNING = 15.0
"""Seconds in which a page has to begin what its link asks for."""
WORK = ("/queue/join", "/queue/data", "/run/")
"""What the addresses contain of the requests for which a page waits."""
ALERTS = ".toast-body.error:visible, [role=alert]:visible"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class Seen:
    """seconds: until the page was quiet; cut: it was still busy after its time; problem: what it complained
    about, or ""."""

    seconds: float
    cut: bool
    problem: str


def missing() -> str:
    """Why no page can be opened, or ""."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed (pip install playwright)"
    try:
        return "" if chromium() else "there is no Chromium"
    except FileNotFoundError:
        return "there is no Chrome or Chromium (set CHROME to its path)"


@contextmanager
def browser() -> Iterator[Any]:
    """A running Chromium."""
    driver = importlib.import_module("playwright.sync_api")
    with driver.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield running
        finally:
            running.close()


def open_page(running: Any, address: str, seconds: float) -> Seen:
    """Opens an address on a page of its own, and waits at most `seconds` until it is quiet."""
    driver = importlib.import_module("playwright.sync_api")
    page = running.new_page(viewport=SLIDE)
    work = _Work(page)
    start = time.monotonic()
    try:
        page.goto(address, timeout=1000 * seconds)
        page.locator(".stage-header").first.wait_for(state="attached", timeout=1000 * seconds)
        if re.search(r"[?&]example=|#[a-z]+=", address):  # what it asks for begins a little later
            work.wait_for_beginning(min(start + seconds, time.monotonic() + BEGINNING))
        cut = not work.wait(start + seconds)
        said = [text.strip() for text in page.locator(ALERTS).all_inner_texts()]
    except driver.Error as error:
        return Seen(time.monotonic() - start, False, str(error).splitlines()[0])
    finally:
        page.close()
    problem = " ".join(" ".join(filter(None, [*said, *work.errors])).split())
    return Seen(work.last - start, cut, problem)


class _Work:
    """Counts a page's requests under way, notes when the last one ended, and its scripts' errors."""

    def __init__(self, page: Any) -> None:
        self.page, self.open, self.errors = page, 0, []
        self.begun = False
        self.last = time.monotonic()
        page.on("request", lambda request: self._count(request, 1))
        page.on("requestfinished", lambda request: self._count(request, -1))
        page.on("requestfailed", lambda request: self._count(request, -1))
        page.on("load", lambda _: self._touch())
        page.on("pageerror", lambda error: self.errors.append(f"A script failed: {error}"))

    def _count(self, request: Any, by: int) -> None:
        if any(part in request.url for part in WORK):
            self.open += by
            self.begun = True
            self._touch()

    def _touch(self) -> None:
        self.last = time.monotonic()

    def wait_for_beginning(self, until: float) -> None:
        """Waits until the page has asked for something."""
        while not self.begun and time.monotonic() < until:
            self.page.wait_for_timeout(50)

    def wait(self, until: float) -> bool:
        """Waits until the page is quiet; returns False if it is not by then."""
        while time.monotonic() < until:
            if not self.open and time.monotonic() - self.last > QUIET:
                return True
            self.page.wait_for_timeout(100)
        return False
