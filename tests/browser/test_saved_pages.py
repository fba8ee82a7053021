"""What was saved opens from disk, moves, and asks nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from demos.models.cache import shared_cache
from demos.runner import Runner
from demos.shell.export_site import export_site
from tests.browser.steps import drawing, open_demo, press

TEXT = "Nothing in it is <b>bold</b>, & yet I liked it."


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("twin") / "site"
    export_site(folder, Runner(shared_cache()))
    return folder


def saved(page, folder: Path) -> Path:
    with page.expect_download() as download:
        press(page, "Save")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_visitors_own_answer_is_saved_and_drawn_the_same(open_page, tmp_path):
    page = open_page(accept_downloads=True)
    open_demo(page, "sentiment")
    page.get_by_label("Text", exact=True).fill(TEXT)
    press(page, "Run")
    expect(page.locator(".stage-badge p")).to_contain_text("computed in")
    shown = page.locator(".task-answer").first.inner_text()
    page.get_by_label("Text", exact=True).fill("Never asked.")
    expect(page.locator(".stage-stale")).to_be_visible()
    path = saved(page, tmp_path)

    offline = open_page()
    offline.goto(path.as_uri())
    expect(offline.locator(".stage-inputs")).to_contain_text(
        "Nothing in it is <b>bold</b>, & yet I liked it."
    )
    assert offline.locator(".task-answer").first.inner_text().split() == shown.split()
    expect(offline.locator("footer")).to_contain_text("Saved from Transformers on Stage on 20")


def test_a_saved_picture_moves_and_makes_a_picture_of_itself(open_page, tmp_path):
    page = open_page(accept_downloads=True)
    open_demo(page, "attention")
    expect(page.locator(".stage-recorded")).to_be_visible()
    with drawing(page, layer=1):
        page.get_by_label("Layer", exact=True).select_option("1")
    path = saved(page, tmp_path)

    offline = open_page(accept_downloads=True)
    offline.goto(path.as_uri())
    expect(offline.get_by_label("Layer", exact=True)).to_have_value("1")  # where the visitor stood
    drawn = offline.evaluate("window.drawings.length")
    offline.get_by_label("Layer", exact=True).select_option("5")
    offline.wait_for_function("before => window.drawings.length > before", arg=drawn)
    expect(offline.get_by_text("not in the saved page")).to_have_count(0)
    with offline.expect_download() as download:
        press(offline, "Picture (PNG)")
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_twin_opens_from_disk_and_every_demo_draws_every_example(open_page, site):
    page = open_page()
    page.goto((site / "index.html").as_uri())
    links = page.locator(".stage-demo-card").evaluate_all("cards => cards.map((card) => card.href)")
    assert len(links) >= 15
    for link in links:
        page.goto(link)
        buttons = page.locator("#stage-choose button")
        for number in range(buttons.count()):
            buttons.nth(number).click()
            expect(buttons.nth(number)).to_have_attribute("aria-pressed", "true")
            assert page.locator("#stage-answer").inner_text().strip()


def test_a_link_into_the_twin_chooses_an_example(open_page, site):
    page = open_page()
    page.goto((site / "sentiment.html").as_uri() + "?example=3")
    expect(page.locator(".stage-inputs")).to_contain_text("paint dry")
    page.goto((site / "attention.html").as_uri() + "#see=1.abc")
    expect(page.get_by_role("status").first).to_contain_text("needs the gallery to be running")
