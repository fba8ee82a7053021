"""One Chromium and one running gallery for all browser tests, and pages that tell on themselves.

Without a Chromium the tests fail: a skipped browser test protects nobody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.chromium import chromium
from tests.browser.steps import free_port

_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # of a context: the next page finds the scripts compiled
]
_ROOT = Path(__file__).parents[2]
_LOCAL_SCHEMES = ("data", "blob", "about", "file")

_SHARED = {"viewport", "device_scale_factor", "has_touch", "is_mobile"}
"""Options of contexts that tests may share one after the other."""

DESKTOP = {"width": 1100, "height": 850}
PATIENCE = 120_000
"""Milliseconds for the slowest answer: a first load of the language model on a busy machine."""

expect.set_options(timeout=PATIENCE)

RECORD_DRAWINGS = """
  window.drawings = [];
  window.answered = 0;
  document.addEventListener("stage-answered", () => window.answered++);
  document.addEventListener("stage-drawn", ({ target, detail }) => {
    const { payload } = StageAttention.viewerOf(target);
    window.drawings.push({ ...payload.key, ...detail });
  });
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Playwright browser that is shared by the session; open a new context or page per test."""
    executable = chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=_QUIET)
        yield running
        running.close()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of app.py, started as a visitor would start it, with bundled weights only.

    At the end its log must be free of tracebacks: what goes wrong for a visitor is an answer, not a crash.
    """
    port = free_port()
    log = tmp_path_factory.mktemp("gallery") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port)],
            cwd=_ROOT,
            env=os.environ | {"STAGE_MODELS": "bundled", "OMP_NUM_THREADS": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process, log)
        yield address
        assert process.poll() is None, f"The gallery ended:\n{log.read_text()}"
    finally:
        process.terminate()
        process.wait(30)
    assert not _crashes(log.read_text()), log.read_text()


def _crashes(log: str) -> list[str]:
    """The tracebacks in a log, without Gradio's own about a page that was left while it was being answered:
    one of its streams has ended the session that another still reads."""
    crashes = log.split("ERROR:    Exception in ASGI application")
    return [one for one in crashes if "Traceback" in one and "in sse_stream" not in one]


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    pytest.fail(f"The gallery did not answer:\n{log.read_text()}")


@pytest.fixture(scope="session")
def kept() -> dict[str, BrowserContext]:
    """Contexts that were emptied of all but their cache, by what they are for: to open a page takes half as
    long where another one was open before."""
    return {}


@pytest.fixture
def open_page(
    browser: Browser, gallery: str, kept: dict[str, BrowserContext]
) -> Iterator[Callable[..., Page]]:
    """Open pages that know nothing of one another, e.g. `open_page(has_touch=True)`.

    The test fails if any of them asks another host, logs an error, throws, or opens a dialog.
    """
    with _watched_pages(browser, gallery, kept) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def open_lasting(browser: Browser, gallery: str) -> Iterator[Callable[..., Page]]:
    """Like `open_page`, for a page that the tests of a module share, each leaving it as it can be reset: to
    open one takes a second. What is wrong with it fails the last of these tests."""
    with _watched_pages(browser, gallery, None) as open_one:
        yield open_one


@contextmanager
def _watched_pages(
    browser: Browser, gallery: str, kept: dict[str, BrowserContext] | None
) -> Iterator[Callable[..., Page]]:
    complaints: list[str] = []
    lent: dict[str, BrowserContext] = {}
    own: list[BrowserContext] = []

    def context_for(options: dict[str, object]) -> BrowserContext:
        purpose = f"{gallery} {sorted(options.items())}"
        if kept is None or purpose in lent or not options.keys() <= _SHARED:
            own.append(_new_context(browser, gallery, options))
            return own[-1]
        if purpose not in kept:
            if len(kept) == 3:  # each takes a process
                kept.pop(next(one for one in kept if one not in lent)).close()
            kept[purpose] = _new_context(browser, gallery, options)
            kept[purpose].new_page().goto("/robots.txt")
        lent[purpose] = _emptied(kept[purpose])
        return lent[purpose]

    def open_one(**options: object) -> Page:
        page = context_for(options).new_page()
        _watch(page, urlsplit(gallery).netloc, complaints)
        return page

    yield open_one
    for context in own:
        context.close()
    for context in lent.values():
        for page in context.pages[1:]:
            page.close()
    assert [complaint for complaint in complaints if not _of_leaving(complaint, complaints)] == []


def _new_context(browser: Browser, gallery: str, options: dict[str, object]) -> BrowserContext:
    context = browser.new_context(**{"viewport": DESKTOP, "base_url": gallery} | options)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(RECORD_DRAWINGS)
    return context


def _emptied(context: BrowserContext) -> BrowserContext:
    """A kept context as good as new: nothing is stored or allowed in it. Its first page holds its process."""
    context.clear_cookies()
    context.clear_permissions()
    context.pages[0].evaluate("localStorage.clear()")
    return context


def _of_leaving(complaint: str, complaints: list[str]) -> bool:
    """Whether Gradio only complains that a page was left or reloaded while it was still being answered."""
    aborted = "console: AbortError: signal is aborted without reason"
    broken = "console: Unexpected error Connection errored out."
    return complaint.startswith(aborted) or (
        complaint.startswith(broken) and any(other.startswith(aborted) for other in complaints)
    )


def _watch(page: Page, home: str, complaints: list[str]) -> None:
    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc != home and parts.scheme not in _LOCAL_SCHEMES:
            complaints.append(f"asked another host: {url}")

    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda channel: asked(channel.url))
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on("console", lambda line: complaints.append(f"console: {line.text}") if line.type == "error" else 0)
    page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()
