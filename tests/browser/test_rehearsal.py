"""A rehearsal opens the pages, and hears what they complain about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser

from demos.commands.rehearse.browser import open_page

ROOT = Path(__file__).parents[2]


def test_a_page_is_opened_until_it_is_quiet(browser: Browser, gallery: str):
    seen = open_page(browser, f"{gallery}/similarity?example=1", 60)
    assert seen.problem == "" and not seen.cut and seen.seconds > 0


def test_a_page_that_complains_is_heard(browser: Browser, gallery: str):
    seen = open_page(browser, f"{gallery}/attention#see=1.damaged", 60)
    assert "link" in seen.problem
    assert open_page(browser, f"{gallery}/nowhere", 5).problem


def test_a_deck_is_rehearsed_with_its_pages(tmp_path: Path):
    deck = tmp_path / "talk.md"
    deck.write_text("[a](http://localhost:7860/similarity?example=1)\n[home](http://localhost:7860/)\n")
    done = subprocess.run(
        [sys.executable, "app.py", "--models", "bundled", "rehearse", str(deck)],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("page ") == 2 and "2 links of the gallery: none would fail now" in done.stdout
