"""A link that carries texts opens the viewer with them; an old one too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demos import MOVED
from demos.attention.viewer.link import link_to
from demos.attention.viewer.measure import Selection
from tests.browser.steps import badge, bertviz_frame, choose, open_demo, press, show_attention, toast, viewer

SEEN = Selection('A "kitten" sleeps & <b>dreams</b>.', "It is grey.", model="minilm")


@pytest.mark.parametrize("address", ["/?demo=attention", "/attention"])
def test_the_texts_of_a_link_are_shown(page: Page, address: str):
    fragment = link_to(SEEN).partition("#")[2]
    page.goto(f"{address}#{fragment}")
    expect(badge(page)).to_contain_text("MiniLM")
    expect(page.get_by_label("Text", exact=True).locator("visible=true")).to_have_value(SEEN.text)
    expect(page.get_by_label("Second text (optional)").locator("visible=true")).to_have_value(SEEN.text_pair)
    tokens = viewer(page).locator(".sa-query")
    for word in ("kitten", "grey"):  # the page opens with its first example
        expect(tokens).to_contain_text(word)


def test_a_damaged_link_is_a_sentence(page: Page):
    page.goto("/?demo=attention#see=1.AAAA")
    expect(toast(page)).to_contain_text("damaged")


def test_the_old_address_of_bertviz_leads_to_its_drawing_of_the_viewers_texts(page: Page):
    open_demo(page, MOVED["bertviz"])
    drawn_by = page.get_by_label("Drawn by", exact=True)
    expect(drawn_by).to_have_value("BertViz: head view")
    expect(page.get_by_label("Special tokens", exact=True)).to_have_count(0)
    page.get_by_label("Text", exact=True).fill("Cats sleep.")
    press(page, "Show attention")
    bertviz_frame(page).locator("html[data-state=ready]").wait_for(state="attached")
    expect(viewer(page)).to_have_count(0)


def test_an_answer_knows_who_drew_it(page: Page):
    open_demo(page, "attention")
    show_attention(page, "Cats sleep.")
    choose(page, "Drawn by", "BertViz: model view")
    bertviz_frame(page).locator("html[data-state=ready] #vis line").first.wait_for(state="attached")
    expect(viewer(page)).to_have_count(0)
    expect(page.locator(".stage-stale:visible")).to_have_count(0)
    page.get_by_label("Text", exact=True).fill("Dogs sleep.")
    expect(page.locator(".stage-stale:visible")).to_contain_text("Show attention")
    choose(page, "Drawn by", "This gallery")
    expect(viewer(page)).to_have_count(1)
    expect(bertviz_frame(page).locator("html")).to_have_count(0)
