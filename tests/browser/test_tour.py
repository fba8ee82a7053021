"""A tour drives the page's own controls, forwards and backwards by keys, and lets go when it is told to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.steps import answering, open_demo, wait_until

NUMBER = ".stage-tour-place"


def tour(page: Page) -> Locator:
    return page.get_by_role("region", name="Tour: ")


def pointed(page: Page) -> Locator:
    return page.locator("[data-stage-pointed]")


def hidden_word(page: Page) -> Locator:
    return page.get_by_role("radio", checked=True)


def test_a_tour_goes_on_and_back_by_keys_and_is_closed_by_escape(page: Page):
    open_demo(page, "who-sees-what")
    first = hidden_word(page).inner_text()
    opener = page.get_by_role("button", name="Tour", exact=True)
    opener.click()
    expect(tour(page)).to_be_focused()
    expect(page.locator(NUMBER)).to_have_text("1 / 6")
    expect(pointed(page)).to_have_id("who-sees-what")
    page.keyboard.press("ArrowRight")
    expect(pointed(page)).to_have_class(re.compile("who-columns"))
    page.keyboard.press("ArrowRight")
    expect(hidden_word(page)).to_have_text(page.get_by_role("radio").first.inner_text())
    with answering(page):  # another sentence
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio").nth(1)).to_have_text("women")
    with answering(page):  # what a chunk stands for comes back
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(hidden_word(page)).to_have_text(first)
    expect(page.locator(NUMBER)).to_have_text("2 / 6")
    page.keyboard.press("Escape")
    expect(tour(page)).to_have_count(0)
    expect(pointed(page)).to_have_count(0)
    expect(opener).to_be_focused()


def test_an_address_begins_it_and_a_field_keeps_its_keys(page: Page):
    page.goto("/shared-encoder?tour=2")
    expect(page.locator(NUMBER)).to_have_text("2 / 5")
    expect(pointed(page)).to_have_class(re.compile("stage-field-second"))
    field = page.get_by_label("Second text")
    field.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(NUMBER)).to_have_text("2 / 5")
    tour(page).get_by_role("button", name="Next").click()
    expect(field).to_have_value("")  # the third chunk's example
    tour(page).get_by_role("button", name="Close").click()
    expect(tour(page)).to_have_count(0)
    assert "tour" not in page.url


def test_it_leads_to_another_page_and_back_and_covers_no_slide(page: Page):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("/trial?tour=3&stage=1")
    expect(page.locator(".stage-talk-top").get_by_role("region", name="Tour: ")).to_be_visible()
    expect(page.locator("[data-stage-shown]")).to_have_id("trial-consistent")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/trial-rankings?**")
    expect(page.locator(NUMBER)).to_have_text("4 / 5")
    box, panel = page.locator("[data-stage-shown]").bounding_box(), tour(page).bounding_box()
    assert box and panel and panel["y"] + panel["height"] <= box["y"] + 1
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/trial?**")
    expect(page.locator(NUMBER)).to_have_text("3 / 5")
    page.keyboard.press("Escape")
    expect(tour(page)).to_have_count(0)
    expect(page.locator(".stage-talk-line")).to_be_visible()  # the talk goes on


def test_who_goes_on_before_the_form_is_filled_gets_the_later_chunk(page: Page):
    held: list[Route] = []
    page.route("**/queue/join?*", lambda route: route.continue_() if held else held.append(route))
    page.goto("/shared-encoder?tour=3")
    expect(page.locator(NUMBER)).to_have_text("3 / 5")
    wait_until(lambda: held)
    tour(page).get_by_role("button", name="Next").click()
    expect(page.locator(NUMBER)).to_have_text("4 / 5")
    held[0].continue_()
    expect(page.get_by_label("Second text")).to_have_value("A person is awake.")


# Resolves when the page has not scrolled for a while.
CALM = """async () => {
  for (let before = NaN, since = performance.now(); performance.now() - since < 500; ) {
    if (scrollY !== before) [before, since] = [scrollY, performance.now()];
    await new Promise((done) => setTimeout(done, 50));
  }
}"""

# What of the page lies on the tour's panel, at some of its points.
ON_TOP = """() => {
  const { left, top, width, height } = document.querySelector(".stage-tour").getBoundingClientRect();
  const seen = new Set();
  for (let x = left + 5; x < left + width; x += 10)
    for (let y = top + 5; y < top + height; y += 10) {
      const one = document.elementFromPoint(x, y);
      if (one && !one.closest(".stage-tour")) seen.add(one.outerHTML.slice(0, 80));
    }
  return [...seen];
}"""


def test_a_chunk_on_the_same_answer_asks_nothing_and_goes_back(page: Page):
    page.goto("/tokens?tour=2")
    made = page.locator(".tk-where")
    expect(made).to_contain_text("1 of 15 merges")
    before = page.evaluate("answered")
    page.keyboard.press("ArrowRight")
    expect(made).to_contain_text("15 of 15 merges")
    page.keyboard.press("ArrowLeft")
    expect(made).to_contain_text("1 of 15 merges")
    assert page.evaluate("answered") == before


@pytest.mark.parametrize("address", ["/positions?tour=1", "/shapes?tour=5", "/shapes?tour=6"])
def test_what_is_pointed_at_stays_in_sight_when_the_answer_arrives(page: Page, address: str):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(address)
    expect(pointed(page)).to_be_visible()
    page.wait_for_function("!document.documentElement.hasAttribute('data-tour-comes')")
    page.evaluate(CALM)
    box, panel = pointed(page).bounding_box(), tour(page).bounding_box()
    assert box and panel and -1 < box["y"] < box["y"] + box["height"] <= panel["y"] + 1


def test_a_cell_that_was_left_is_chosen_again_on_the_way_back(page: Page):
    page.goto("/forgetting?tour=1")
    chosen = page.locator(".forget-grid input:checked")
    curves = page.locator(".forget-curves:visible h4")
    expect(chosen).to_have_attribute("data-row", "1")
    for key, row, rate in (
        ("ArrowRight", "3", "0.001"),
        ("ArrowLeft", "1", "0.0001"),
        ("ArrowRight", "3", "0.001"),
    ):
        with answering(page):
            page.keyboard.press(key)
        expect(chosen).to_have_attribute("data-row", row)
        expect(curves).to_contain_text(f"Rate {rate}:")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.evaluate(CALM)
    assert page.evaluate(ON_TOP) == []


def test_a_slide_shows_the_part_that_a_chunk_points_at(page: Page):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("/next-sentence?stage=1&tour=6")
    expect(pointed(page)).to_have_class(re.compile("pair-rules"))
    expect(pointed(page)).to_be_visible()
