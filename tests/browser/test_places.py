"""Every demo has an address; navigation, Back, Forward and the links of old lead there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from demos.shell.load_demos import by_tab, is_step, load_programme
from tests.browser.steps import open_gallery

DEMOS = [demo for demo in load_programme() if not is_step(demo)]
TABS = {tab: [demo.INFO for demo in demos] for tab, demos in by_tab(DEMOS).items()}
FIRST, LAST = DEMOS[0].INFO, DEMOS[-1].INFO


def expect_demo(page: Page, slug: str, title: str) -> None:
    expect(page).to_have_url(re.compile(rf"/{slug}(\\?|#|$)"))
    expect(page.locator(".stage-card h2")).to_have_text(title)
    here = page.get_by_role("navigation").locator("[aria-current=page]")
    expect(here).to_have_text(title)


def test_home_shows_a_card_for_every_demo_below_its_tab(page: Page):
    open_gallery(page)
    assert page.locator(".stage-welcome ~ h2").all_inner_texts() == list(TABS)
    titles = page.locator(".stage-demo-card strong").all_inner_texts()
    assert titles == [info.title for infos in TABS.values() for info in infos]
    tabs = page.get_by_role("navigation", name="Tabs").get_by_role("link")
    assert tabs.all_inner_texts() == [*TABS, "Models", "API"]


def test_a_visitor_walks_through_demos_and_back(page: Page):
    open_gallery(page)
    page.get_by_role("link", name=re.compile(f"^{FIRST.title}")).click()
    expect_demo(page, FIRST.slug, FIRST.title)
    page.get_by_role("navigation", name="Tabs").get_by_role("link", name=LAST.tab).click()
    first_there = TABS[LAST.tab][0]
    expect_demo(page, first_there.slug, first_there.title)
    page.get_by_role("link", name=LAST.title, exact=True).click()
    expect_demo(page, LAST.slug, LAST.title)
    page.go_back()
    expect_demo(page, first_there.slug, first_there.title)
    page.go_back()
    expect_demo(page, FIRST.slug, FIRST.title)
    page.go_forward()
    expect_demo(page, first_there.slug, first_there.title)
    page.reload()
    expect_demo(page, first_there.slug, first_there.title)
    page.get_by_role("link", name="Transformers on Stage").click()
    expect(page.locator(".stage-demo-card").first).to_be_visible()


def test_the_api_is_described_where_the_navigation_leads(browser: Browser, gallery: str):
    """Gradio asks for what a gallery without tools for language models does not have, and says so."""
    page = browser.new_page(base_url=gallery)
    open_gallery(page, "trial")
    page.get_by_role("navigation", name="Tabs").get_by_role("link", name="API").click()
    described = page.locator(".api-docs:visible")
    expect(described).to_contain_text("API endpoints")
    expect(described).to_contain_text("client.predict")
    expect(described).to_contain_text("/who_sees_what")
    page.close()


def test_the_models_are_a_page_with_the_cache(page: Page):
    open_gallery(page)
    page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Models").click()
    expect(page.get_by_role("gridcell", name="Budget").first).to_be_visible()
    expect(page).to_have_url(re.compile("/models$"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"?demo={LAST.slug}", LAST.slug),
        (f"?tab=pipelines&demo={LAST.slug}&__theme=dark", f"{LAST.slug}?__theme=dark"),
        ("?tab=models", "models"),
        ("?tab=pipelines", "#pipelines"),
        (f"{LAST.slug}/", LAST.slug),
    ],
)
def test_old_links_lead_to_the_same_place(page: Page, gallery: str, old: str, new: str):
    page.goto(f"/{old}")
    expect(page).to_have_url(f"{gallery}/{new}")
    expect(page.locator(".stage-header")).to_be_visible()


@pytest.mark.parametrize("query", ["?tab=nowhere", "?tab=<script>", "?demo="])
def test_an_unknown_tab_is_home(page: Page, query: str):
    open_gallery(page, query)
    expect(page.locator(".stage-demo-card")).to_have_count(len(DEMOS))


def test_an_embedded_page_is_the_demo_alone(page: Page):
    page.goto(f"/{LAST.slug}?embed=1")
    expect(page.locator(".stage-card h2")).to_have_text(LAST.title)
    expect(page.locator(".stage-header")).to_be_hidden()
