"""The gallery's own script: frames of BertViz are as high as what they show; and what a page does at rest."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import bertviz_frame, laid_out, open_bertviz, open_demo, press


def height_of_frame(page: Page, text: str) -> int:
    """Draw a text; the height of its frame, once it has been drawn and measured."""
    page.locator("iframe").evaluate_all(
        "old => old.forEach((frame) => frame.classList.remove('stage-frame'))"
    )
    page.get_by_label("Text", exact=True).fill(text)
    press(page, "Show attention")
    inside: Locator = bertviz_frame(page).locator("html[data-state=ready]")
    inside.wait_for(state="attached")
    frame = page.locator("iframe.stage-frame:visible")
    content = inside.evaluate("page => page.offsetHeight")
    expect(frame).to_have_attribute("style", f"height: {max(200, min(1200, content + 2))}px;")
    return round(frame.bounding_box()["height"])


def test_a_frame_of_bertviz_is_as_high_as_its_drawing(page: Page):
    open_bertviz(page)
    initial = round(0.8 * page.viewport_size["height"])
    short = height_of_frame(page, "Short.")
    tall = height_of_frame(page, "one two three four five six seven eight nine ten eleven twelve " * 2)
    assert short < tall
    assert initial not in (short, tall)


def test_only_a_frame_itself_sets_its_height(page: Page):
    open_bertviz(page)
    before = height_of_frame(page, "Short.")
    page.evaluate(
        """() => new Promise((done) => {
          addEventListener("message", done, { once: true });
          postMessage({ stageFrame: 999 }, "*");
        })"""
    )
    laid_out(page)
    assert round(page.locator("iframe.stage-frame:visible").bounding_box()["height"]) == before


def test_a_page_at_rest_asks_for_no_frames(open_page):
    """Else a browser draws sixty a second for as long as the page is open."""
    page = open_page()
    page.add_init_script("""
      const own = requestAnimationFrame;
      window.asked = 0;
      window.requestAnimationFrame = (call) => { window.asked++; return own(call); };
    """)
    open_demo(page, "sentiment")
    for _ in range(60):  # it is animated until it has loaded
        page.evaluate("window.asked = 0")
        page.wait_for_timeout(1000)
        if not page.evaluate("window.asked"):
            return
    raise AssertionError("it goes on")
