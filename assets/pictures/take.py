"""Take the README's picture from a running gallery: python assets/pictures/take.py http://127.0.0.1:7860"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

EXAMPLE = "The animal and the street"

with sync_playwright() as playwright:
    chrome = next(filter(None, map(shutil.which, ("google-chrome", "chromium", "chromium-browser"))))
    browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1200, "height": 1240})
    page.goto(f"{sys.argv[1]}/?demo=attention")
    page.get_by_role("button", name=EXAMPLE).click()
    page.wait_for_selector("[data-state=ready]")
    page.get_by_text("tired", exact=True).first.click()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=Path(__file__).parent / "viewer.png")
