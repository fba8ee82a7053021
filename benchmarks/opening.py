"""How soon a demo shows its first answer, drawn from its recording.

    python -m benchmarks.opening

Chromium opens every demo twice, each time with an empty cache; at first the server also builds the page.
The baseline is the same page without an answer, Gradio's own time until its form can be used.
"""

from __future__ import annotations

import os
import statistics

from playwright.sync_api import Browser, sync_playwright

from benchmarks.chromium import chromium
from benchmarks.service import gallery
from demos.shell.load_demos import load_programme, working

ANSWER = ".stage-recorded"
FORM = ".stage-examples button"
# Playwright looks at intervals; this notes the very change.
NOTE_WHEN = """
  new MutationObserver((_, watch) => {
    if (!document.querySelector("WANTED")) return;
    window.stoodAfter = performance.now();
    watch.disconnect();
  }).observe(document, { childList: true, subtree: true, attributes: true });
"""


def main() -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    slugs = [demo.INFO.slug for demo in working(load_programme())]
    with gallery() as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        taken: dict[str, list[float]] = {"first": [], "second": []}
        for slug in slugs:
            first, second = (_opened(browser, f"{url}/{slug}", ANSWER) for _ in range(2))
            form = _opened(browser, f"{url}/{slug}", FORM)
            taken["first"].append(first)
            taken["second"].append(second)
            print(
                f"{slug:20} answer after {first:5.2f} s, then {second:5.2f} s   {second / form:5.2f} x form"
            )
        for which, seconds in taken.items():
            print(f"{which:20} median {statistics.median(seconds):5.2f} s, worst {max(seconds):5.2f} s")
        browser.close()


def _opened(browser: Browser, address: str, wanted: str) -> float:
    """Seconds from the navigation until `wanted` stands in the page, by the page's own clock."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.add_init_script(NOTE_WHEN.replace("WANTED", wanted))
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.stoodAfter")
    took = page.evaluate("window.stoodAfter") / 1000
    page.context.close()
    return took


if __name__ == "__main__":
    main()
