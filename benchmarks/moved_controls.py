"""How soon a lesson's picture follows its control, in Chromium.

    python -m benchmarks.moved_controls [SLUG ...]

Every control is pressed as a visitor presses it, a few times, each time to another place; the page's own
clock runs from that event until the frame after the picture has changed. The baseline, in the same page: a
button that counts by itself. Bounds: 150 ms where no model computes, a second where a bundled one does.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.chromium import chromium
from benchmarks.service import gallery

ROUNDS = 6
SETTLED = 2_000  # milliseconds in which an opening page finishes what it does by itself
SHOWN, COMPUTED = 0.150, 1.0
# Starts with the event, ends in the frame after `watched` differs from what it was.
WATCH = """
  (watched) => {
    const look = () => [...document.querySelectorAll(watched)].map((node) => node.outerHTML).join("");
    const before = look();
    let begun = 0;
    const begin = (event) => event.isTrusted && (begun ||= performance.now());
    for (const name of ["keydown", "pointerdown", "click"]) {
      document.addEventListener(name, begin, { capture: true });
    }
    window.followed = new Promise((resolve) => {
      const watch = new MutationObserver(() => {
        if (!begun || look() === before) return;
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
      });
      watch.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
    });
  }
"""
PLAIN = """
  () => {
    const line = document.body.appendChild(document.createElement("button"));
    line.className = "plain-change";
    line.style.cssText = "position: fixed; inset: 0 auto auto 0; z-index: 9999";
    line.textContent = "0";
    line.addEventListener("click", () => (line.textContent = String(Number(line.textContent) + 1)));
  }
"""


@dataclass(frozen=True)
class Control:
    """A control of a lesson: what moves it, and what must look different then."""

    slug: str
    title: str
    move: Callable[[Page, int], None]
    watched: str
    bound: float = SHOWN


def pressed(selector: str, *keys: str) -> Callable[[Page, int], None]:
    """Keys in turn, on the first element that fits."""
    return lambda page, turn: page.locator(selector).first.press(keys[turn % len(keys)])


def clicked(selector: str) -> Callable[[Page, int], None]:
    """A click on the first element that fits."""
    return lambda page, _: page.locator(selector).first.click()


def slider(label: str) -> str:
    """Where Gradio's slider with this label stands."""
    return f'input[type=range][aria-label$="for {label}"]'


OTHER = '[role=radio][aria-checked="false"]'
CONTROLS = (
    Control("tokens", "merges", pressed(".tk-controls input[type=range]", "ArrowLeft"), ".tk-text"),
    Control(
        "bucketing", "batch", pressed(".bk-root input[type=range]", "ArrowRight", "ArrowLeft"), ".bk-root"
    ),
    Control("teacher-forcing", "word", clicked(f".tf-chips {OTHER}"), ".tf-said"),
    Control("positions", "map", clicked(f"#positions-map {OTHER}"), "#positions-map"),
    Control("positions", "word", clicked(f"#positions-shuffle {OTHER}"), "#positions-shuffle"),
    Control("shapes", "length", pressed(slider("Length"), "ArrowRight"), ".shapes-picture"),
    Control("forgetting", "epochs", pressed(slider("Epochs"), "ArrowLeft", "ArrowRight"), ".stage-headline"),
    Control(
        "dialects",
        "number",
        pressed(slider("Number"), "ArrowRight", "ArrowLeft"),
        ".dialects-answer",
        COMPUTED,
    ),
    Control("positions", "order", clicked("button.primary"), "#positions-shuffle", COMPUTED),
)


def main(slugs: Sequence[str] = ()) -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    with gallery() as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for control in (one for one in CONTROLS if one.slug in slugs or not slugs):
            report(browser, url, control)
        browser.close()


def report(browser: Browser, url: str, control: Control) -> None:
    """Prints one control's median and worst, and its ratio to the plain change."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(f"{url}/{control.slug}")
    page.wait_for_selector(".stage-recorded")
    page.wait_for_selector(control.watched, state="attached")
    page.wait_for_timeout(SETTLED)
    # The first move may have to import what computes.
    first, *took = [
        followed(page, control.watched, lambda turn=turn: control.move(page, turn))
        for turn in range(ROUNDS + 1)
    ]
    page.evaluate(PLAIN)
    plain = [followed(page, ".plain-change", lambda: page.click(".plain-change")) for _ in range(ROUNDS)]
    page.context.close()
    median, worst = statistics.median(took), max(took)
    held = "holds" if worst <= control.bound else "does NOT hold"
    print(
        f"{control.slug:16} {control.title:8} first {first * 1e3:5.0f} ms, then "
        f"median {median * 1e3:5.0f} ms, worst {worst * 1e3:5.0f} ms, "
        f"{median / statistics.median(plain):5.1f} x plain; {control.bound * 1e3:.0f} ms {held}"
    )


def followed(page: Page, watched: str, move: Callable[[], None]) -> float:
    """Seconds from the visitor's event until `watched` was drawn anew."""
    page.evaluate(WATCH, watched)
    move()
    return page.evaluate("() => window.followed") / 1000


if __name__ == "__main__":
    main(sys.argv[1:])
