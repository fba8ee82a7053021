"""A link that carries texts opens the viewer with them; an old one too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demos.attention.viewer.link import link_to
from demos.attention.viewer.measure import Selection
from tests.browser.steps import badge, toast, viewer

SEEN = Selection('A "kitten" sleeps & <b>dreams</b>.', "It is grey.", model="minilm")


@pytest.mark.parametrize("address", ["/?demo=attention", "/attention"])
def test_the_texts_of_a_link_are_shown(page: Page, address: str):
    fragment = link_to(SEEN).partition("#")[2]
    page.goto(f"{address}#{fragment}")
    expect(badge(page)).to_contain_text("MiniLM")
    expect(page.get_by_label("Text", exact=True).locator("visible=true")).to_have_value(SEEN.text)
    expect(page.get_by_label("Second text (optional)").locator("visible=true")).to_have_value(SEEN.text_pair)
    tokens = viewer(page).locator(".sa-query .sa-token").all_inner_texts()
    assert "kitten" in "".join(tokens) and "grey" in "".join(tokens)


def test_a_damaged_link_is_a_sentence(page: Page):
    page.goto("/?demo=attention#see=1.AAAA")
    expect(toast(page)).to_contain_text("damaged")
