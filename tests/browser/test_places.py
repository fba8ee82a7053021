"""The address says which tab and demo is open, and opening the address brings the place back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from demos import TABS
from demos.shell.gallery import load_programme
from tests.browser.steps import open_gallery

PLACES = [(demo.INFO.tab, demo.INFO.title, demo.INFO.slug) for demo in load_programme()]
USED_TABS = [tab for tab in TABS if tab in {tab for tab, _, _ in PLACES}]
FIRST = PLACES[0]


def open_tabs(page: Page) -> list[str]:
    return page.get_by_role("tab", selected=True).locator("visible=true").all_inner_texts()


def expect_place(page: Page, *tabs: str) -> None:
    for tab in tabs:
        expect(page.get_by_role("tab", name=tab, exact=True, selected=True)).to_be_visible()
    assert open_tabs(page) == list(tabs)


def place_in(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_only_tabs_that_hold_a_demo_are_shown(page: Page):
    open_gallery(page)
    tabs = page.locator(".stage-tabs").get_by_role("tab").locator("visible=true").all_inner_texts()
    assert [tab for tab in tabs if tab in (*TABS, "Models")] == [*USED_TABS, "Models"]


LAST = {place[0]: place for place in PLACES}


@pytest.mark.parametrize(("tab", "title", "slug"), [PLACES[1], *LAST.values()])
def test_a_link_to_a_demo_opens_it(page: Page, tab: str, title: str, slug: str):
    open_gallery(page, f"?demo={slug}")
    expect_place(page, tab, title)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


@pytest.mark.parametrize("tab", USED_TABS)
def test_a_link_to_a_tab_opens_its_first_demo(page: Page, tab: str):
    open_gallery(page, f"?tab={tab.lower()}")
    expect_place(page, tab, next(title for name, title, _ in PLACES if name == tab))


def test_a_link_to_the_models_opens_them(page: Page):
    open_gallery(page, "?tab=models")
    expect_place(page, "Models")
    expect(page.get_by_role("button", name="Refresh")).to_be_visible()


@pytest.mark.parametrize("query", ["?tab=nowhere", "?tab=<script>&demo=../.."])
def test_an_unknown_place_opens_the_first_tab(page: Page, query: str):
    open_gallery(page, query)
    expect_place(page, *FIRST[:2])
    expect(page.get_by_role("heading", name=FIRST[1], exact=True)).to_be_visible()


def test_the_address_follows_the_visitor_and_brings_the_place_back(page: Page):
    open_gallery(page)
    for tab, title, slug in [PLACES[-1], PLACES[1], PLACES[-1]]:
        page.get_by_role("tab", name=tab, exact=True).click()
        page.get_by_role("tab", name=title, exact=True).click()
        page.wait_for_function("slug => new URL(location).searchParams.get('demo') === slug", arg=slug)
        assert place_in(page) == {"tab": [tab.lower()], "demo": [slug]}
    page.reload()
    page.wait_for_function("window.stageOpened")
    expect_place(page, *PLACES[-1][:2])
    assert place_in(page) == {"tab": [PLACES[-1][0].lower()], "demo": [PLACES[-1][2]]}


def test_the_address_follows_to_the_models_and_back(page: Page):
    open_gallery(page, f"?demo={PLACES[-1][2]}")
    page.get_by_role("tab", name="Models", exact=True).click()
    page.wait_for_function("new URL(location).searchParams.get('tab') === 'models'")
    assert place_in(page) == {"tab": ["models"]}
    expect(page.get_by_role("gridcell", name="Budget").first).to_be_visible()
    page.reload()
    page.wait_for_function("window.stageOpened")
    expect_place(page, "Models")


def test_a_second_visit_to_a_tab_finds_the_demo_that_was_open(page: Page):
    """What the address says and what is on screen must not drift apart."""
    open_gallery(page, "?demo=similarity")
    page.get_by_role("tab", name="Attention", exact=True).click()
    page.get_by_role("tab", name="Pipelines", exact=True).click()
    expect_place(page, "Pipelines", "Sentence similarity")
    page.reload()
    page.wait_for_function("window.stageOpened")
    expect_place(page, "Pipelines", "Sentence similarity")
