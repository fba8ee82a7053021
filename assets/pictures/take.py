"""Take the pictures of home's cards, and the README's, from a running gallery with bundled weights.

PYTHONPATH=. python assets/pictures/take.py http://127.0.0.1:7860 [slug ...]

A card shows what a demo opens with, as talk mode lays it out, since that is legible when it is small.
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
SCALE = 2
"""The window is so much larger than the picture."""


def main() -> None:
    address, *slugs = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        window = {"width": SIZE[0] * SCALE, "height": SIZE[1] * SCALE}
        for demo in working(load_programme()):
            if demo.INFO.step_of or (slugs and demo.INFO.slug not in slugs):
                continue
            page = browser.new_page(viewport=window)
            page.goto(f"{address}/{demo.INFO.slug}?stage=1&hide=line")
            page.locator(".stage-badge p").first.wait_for(state="attached")
            page.wait_for_timeout(4000)  # until the picture is drawn, and fits
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture = picture.resize(SIZE, Image.Resampling.LANCZOS)
            picture.save(HERE / f"{demo.INFO.slug}.avif", "AVIF", quality=45, speed=4)
            page.close()
        if not slugs:
            readme(browser.new_page(viewport={"width": 1280, "height": 860}), address)


def readme(page: Page, address: str) -> None:
    """Home."""
    page.goto(address)
    page.locator(".stage-demo-card img").first.wait_for()
    page.locator(".stage-demo-card img").evaluate_all("pictures => pictures.map((p) => p.loading = 'eager')")
    page.wait_for_timeout(2000)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(HERE / "home.png", optimize=True)


if __name__ == "__main__":
    main()
