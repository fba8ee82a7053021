"""Take the pictures of home's cards, and the README's, from a running gallery with bundled weights.

PYTHONPATH=. python assets/pictures/take.py http://127.0.0.1:7860 [slug ...]
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.chromium import chromium
from demos.shell.load_demos import load_programme, working

HERE = Path(__file__).parent
SIZE = (480, 300)
SCALE = 1.4
"""A card's picture shows so much more of the page than its own width and height."""
BARE = ".stage-badge, footer, .block:has(> .label-wrap), button.primary { display: none !important; }"
"""A card shows the answer, and nothing of what stands around it."""

ANSWERS = (
    ".stage-attention-root, .stage-trial-root, .stage-experiment, .stage-matrix, .stage-table, "
    ".stage-chips, .task-answer, .stage-heat, .task-written"
)


def main() -> None:
    address, *slugs = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for demo in working(load_programme()):
            if demo.INFO.step_of or (slugs and demo.INFO.slug not in slugs):
                continue
            page = browser.new_page(
                viewport={"width": round(SIZE[0] * SCALE), "height": round(SIZE[1] * SCALE)}
            )
            page.set_default_timeout(180_000)
            page.goto(f"{address}/{demo.INFO.slug}?embed=1")
            answered(page, demo.EXAMPLES[0].label)
            card(page, HERE / f"{demo.INFO.slug}.webp")
            page.close()
        if not slugs:
            readme(browser.new_page(viewport={"width": 1200, "height": 1240}), address)


def answered(page: Page, example: str) -> None:
    """Press an example and wait for what it shows."""
    page.get_by_role("button", name=example, exact=True).first.click()
    page.locator(".stage-badge p:visible").first.wait_for()
    page.wait_for_timeout(4000)


def card(page: Page, path: Path) -> None:
    """The page from its answer on, as a small picture."""
    page.add_style_tag(content=BARE)
    page.locator(f":is({ANSWERS}):visible").first.evaluate(
        "answer => scrollTo(0, answer.getBoundingClientRect().top + scrollY - 12)"
    )
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.resize(SIZE, Image.Resampling.LANCZOS).save(path, "WEBP", quality=80, method=6)


def readme(page: Page, address: str) -> None:
    """The viewer with one token held."""
    page.goto(f"{address}/attention")
    answered(page, "The animal and the street")
    page.get_by_text("tired", exact=True).first.click()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=HERE / "viewer.png")


if __name__ == "__main__":
    main()
