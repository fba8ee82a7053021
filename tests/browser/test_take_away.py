"""What a visitor takes away: an HTML file that works alone, the numbers of the API, pictures that open."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.dom import minidom

import numpy as np
import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.steps import (
    about,
    call,
    colours,
    drawing,
    open_demo,
    open_view,
    press,
    selection,
    show_attention,
    toast,
    viewer,
    wait_until_unfolded,
)

SENTENCE = "Cats chase small red birds."
MARKUP = "</script><img src=x onerror=hacked=1>\u202e"
VIEWS = ("head", "model", "matrix", "neuron", "flow")


def save(page: Page, folder: Path, kind: str, layers: str = "", details: bool = False) -> Path:
    """Make a file with the page's own controls and download it."""
    press(page, "Take it away ▼")
    wait_until_unfolded(page)
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("Layers", exact=True).fill(layers)
    page.get_by_label("Every view that fits").set_checked(details)
    press(page, "Make the file")
    with page.expect_download() as started:
        page.locator(".file-preview a").click()
    return keep(started.value, folder)


def keep(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


@pytest.fixture
def shown(page: Page) -> Page:
    open_demo(page, "attention")
    show_attention(page, SENTENCE)
    return page


def open_file(open_page: Callable[..., Page], path: Path) -> Page:
    """The file in a browser with no network, asking for nothing but itself."""
    page = open_page(offline=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    viewer(page).wait_for()
    assert asked == [path.as_uri()]
    policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
    assert policy.startswith("default-src 'none'")
    return page


def test_a_saved_page_draws_every_view_and_switches_layers(shown: Page, open_page, tmp_path: Path):
    saved = open_file(open_page, save(shown, tmp_path, "HTML", details=True))
    for view in VIEWS[1:] + VIEWS[:1]:
        open_view(saved, view)
        assert colours(viewer(saved).locator("canvas")) > 20
        if view != "model":
            # Rollout and flow open at the top, where they have something to tell.
            button = "Previous layer" if view == "flow" else "Next layer"
            with drawing(saved, view=view):
                viewer(saved).get_by_label(button).click()
    assert selection(saved)["layer"] == 5
    expect(viewer(saved).locator(".sa-message")).to_be_hidden()


def test_a_saved_page_shows_the_picture_of_the_gallery(shown: Page, open_page, tmp_path: Path):
    svg = "element => StageAttention.svg(StageAttention.viewerOf(element)).match(/<path [^>]*>/g).length"
    with drawing(shown, view="head"):
        viewer(shown).get_by_role("button", name="All", exact=True).click()
    with drawing(shown, view="head"):
        viewer(shown).locator('.sa-token[aria-pressed="true"]').click()
    saved = open_file(open_page, save(shown, tmp_path, "HTML"))
    lines = viewer(saved).evaluate(svg)
    assert lines > 100
    assert lines == viewer(shown).evaluate(svg)


def test_a_saved_page_opens_where_its_visitor_stood(shown: Page, open_page, tmp_path: Path):
    with drawing(shown, layer=4):
        viewer(shown).get_by_label("Layer", exact=True).select_option("4")
    viewer(shown).get_by_label("Tokens", exact=True).select_option("rows")
    viewer(shown).locator(".sa-key .sa-token").nth(2).click()
    open_view(shown, "matrix")
    with drawing(shown, view="matrix"):
        viewer(shown).get_by_label("Head", exact=True).select_option("7")
    saved = open_file(open_page, save(shown, tmp_path, "HTML", details=True))
    names = ("view", "map", "layer", "head", "heads", "token", "side", "rows", "finding")
    before, after = selection(shown), selection(saved)
    assert {name: after[name] for name in names} == {name: before[name] for name in names}
    assert (after["view"], after["layer"], after["head"], after["rows"]) == ("matrix", 4, 7, True)
    expect(saved.locator("#left-out")).to_have_count(0)
    with drawing(saved, view="matrix"):
        viewer(saved).locator(".sa-found").first.click()
    assert selection(saved)["finding"]


def test_a_lean_page_offers_what_it_holds(shown: Page, open_page, tmp_path: Path):
    saved = open_file(open_page, save(shown, tmp_path, "HTML", layers="1, 3"))
    expect(viewer(saved).locator('[data-view="neuron"]')).to_be_disabled()
    expect(viewer(saved).locator('[data-view="flow"]')).to_be_disabled()
    with drawing(saved, layer=3):
        viewer(saved).get_by_label("Layer", exact=True).select_option("3")
    viewer(saved).get_by_label("Layer", exact=True).select_option("2")
    expect(viewer(saved).locator(".sa-message")).to_contain_text("holds the layers 1, 3 only")
    for said in ("The neuron view is left out", "rollout and flow is left out", "it holds 1, 3"):
        expect(saved.locator("#left-out")).to_contain_text(said)


def test_hostile_tokens_do_nothing_in_a_saved_page(page: Page, open_page, tmp_path: Path):
    open_demo(page, "attention")
    show_attention(page, MARKUP)
    saved = open_file(open_page, save(page, tmp_path, "HTML", details=True))
    for view in VIEWS[1:] + VIEWS[:1]:
        open_view(saved, view)
        assert colours(viewer(saved).locator("canvas")) > 20
    assert viewer(saved).locator(".sa-query .sa-token").count() > 15
    assert saved.evaluate("window.hacked") is None
    assert saved.locator("img").count() == 0


def test_npz_and_json_hold_the_numbers_of_the_api(shown: Page, gallery: str, tmp_path: Path):
    expected = call(gallery, "attention", text=SENTENCE, layers=[0, 3, 4])
    with np.load(save(shown, tmp_path, "NPZ", layers="0, 3-4")) as arrays:
        np.testing.assert_allclose(arrays["weights"], expected["weights"], rtol=1e-4, atol=1e-7)
        assert arrays["layers"].tolist() == [0, 3, 4]
        about = json.loads(str(arrays["about"]))
        assert about["inputs"]["text"] == SENTENCE
        assert about["queries"] == expected["queries"]
    press(shown, "Take it away ▼")
    written = json.loads(save(shown, tmp_path, "JSON", layers="0, 3-4").read_text("utf-8"))
    np.testing.assert_allclose(written["weights"], expected["weights"], rtol=1e-4, atol=1e-7)
    assert written["origin"] == expected["origin"]


def test_layers_that_cannot_be_read_are_refused(shown: Page):
    press(shown, "Take it away ▼")
    wait_until_unfolded(shown)
    for typed, sentence in [("first", "could not be read"), ("7", "There is no layer 7")]:
        shown.get_by_label("Layers", exact=True).fill(typed)
        press(shown, "Make the file")
        expect(toast(shown).last).to_contain_text(sentence)


def test_pictures_of_each_view_are_valid_files(shown: Page, tmp_path: Path):
    for view in VIEWS:
        with about(f"the view {view}"):
            if view != "head":
                open_view(shown, view)
            pictures_are_valid(shown, view, tmp_path)


def pictures_are_valid(shown: Page, view: str, tmp_path: Path) -> None:
    files = {}
    for kind in ("PNG", "SVG"):
        with shown.expect_download() as started:
            press(shown, kind)
        files[kind] = keep(started.value, tmp_path)
        name = started.value.suggested_filename
        assert name.startswith(f"attention-{view}") and name.endswith(f".{kind.lower()}")
    assert len(set(png_bytes(files["PNG"].read_bytes()))) > 20
    document = minidom.parse(str(files["SVG"]))
    drawn = [document.getElementsByTagName(name) for name in ("path", "rect", "image", "text")]
    assert sum(map(len, drawn)) > 20
    texts = {node.firstChild.data for node in drawn[-1]}
    assert ({"L5", "H11"} if view == "model" else {"Cats", "birds"}) <= texts


def png_bytes(data: bytes) -> bytes:
    """The filtered pixels of a PNG, with every chunk's checksum checked."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    pixels, at, last = b"", 8, b""
    while at < len(data):
        length, last = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(last + body) == int.from_bytes(data[at + 8 + length : at + 12 + length])
        pixels += body if last == b"IDAT" else b""
        at += 12 + length
    assert last == b"IEND"
    return zlib.decompress(pixels)
