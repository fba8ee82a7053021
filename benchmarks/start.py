"""What the number of demos costs: starting, home, opening a demo, sessions.

    python -m benchmarks.start

The gallery and a stub of 40 demos side by side, from process start to the first page served, against
importing gradio alone in the same run. Chromium then opens home and a demo: how long until they can be used,
and how much was decoded. Sessions are counted by the memory that 100 new ones cost.
"""

from __future__ import annotations

import os
import statistics
import time
import urllib.error
from collections.abc import Callable

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.chromium import chromium
from benchmarks.service import fetch, gallery, post_session, resident_megabytes, run_python, seconds

STARTS, SESSIONS, LOADS = 3, 100, 3
GALLERIES = {
    "the gallery": ((), "similarity"),
    "40 stub demos": (("-m", "benchmarks.stub_gallery", "--demos", "40"), "stub-7"),
}
READY = ".gradio-container footer"


def main() -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    imports = statistics.median(seconds(lambda: run_python("import gradio")) for _ in range(STARTS))
    print(f"importing gradio alone          {imports:6.2f} s")
    for name, (program, slug) in GALLERIES.items():
        starts = []
        for _ in range(STARTS):
            begin = time.perf_counter()
            with gallery(*program) as (url, process):
                fetch(url)
                starts.append(time.perf_counter() - begin)
                memory = resident_megabytes(process.pid)
        start = statistics.median(starts)
        print(name)
        print(f"  process start to first page   {start:6.2f} s   {start / imports:5.2f} x importing gradio")
        print(f"  resident before any model     {memory:6.0f} MB")
        with gallery(*program) as (url, process):
            _browse(url, slug)
            for path in ("", f"/{slug}"):
                before = resident_megabytes(process.pid)
                _sessions(url + path)
                cost = (resident_megabytes(process.pid) - before) / SESSIONS
                print(f"  a session of {path or 'home':17} {cost:7.2f} MB")


def _browse(url: str, slug: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        home = statistics.median(_loaded(browser, lambda page: page.goto(url)) for _ in range(LOADS))
        decoded = _decoded(browser, url)
        print(f"  home until it can be used     {home:6.2f} s, {decoded:,.0f} kB decoded of ours")
        for which in ("first", "second"):
            took = _clicked(browser, url, slug)
            print(f"  a demo after its click        {took:6.2f} s ({which} opening)")
        browser.close()


def _loaded(browser: Browser, go: Callable[[Page], object]) -> float:
    page = browser.new_context().new_page()
    begin = time.perf_counter()
    go(page)
    page.locator(READY).wait_for()
    took = time.perf_counter() - begin
    page.context.close()
    return took


def _decoded(browser: Browser, url: str) -> float:
    """Kilobytes of home from the gallery itself; Gradio's own bundle is the same for any page."""
    page = browser.new_context().new_page()
    sizes: list[int] = []

    def arrived(response: object) -> None:
        if "/assets/" not in response.url and "/static/" not in response.url:  # type: ignore[attr-defined]
            sizes.append(len(response.body()))  # type: ignore[attr-defined]

    page.on("requestfinished", lambda request: arrived(request.response()))
    page.goto(url)
    page.locator(READY).wait_for()
    page.wait_for_timeout(500)
    page.context.close()
    return sum(sizes) / 1e3


def _clicked(browser: Browser, url: str, slug: str) -> float:
    page = browser.new_context().new_page()
    page.goto(url)
    link = page.locator(f'.stage-demo-card[href="./{slug}"]')
    link.wait_for()
    begin = time.perf_counter()
    link.click()
    page.locator(".stage-card h2").wait_for()
    page.locator(READY).wait_for()
    took = time.perf_counter() - begin
    page.context.close()
    return took


def _sessions(url: str) -> None:
    for number in range(SESSIONS):
        try:
            post_session(f"{url}/gradio_api/run/nothing", f"{url[-4:]}{number}")
        except urllib.error.HTTPError:
            pass  # refused, but the session is kept all the same


if __name__ == "__main__":
    main()
