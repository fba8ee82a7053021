"""On a phone nothing is cut off or too small to touch; in the dark everything can be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from demos.shell.load_demos import load_programme, working
from tests.browser.steps import (
    answering,
    badge,
    bertviz_frame,
    colours,
    drawing,
    open_demo,
    open_gallery,
    open_view,
    press,
    selection,
    stop_writing,
    viewer,
)

PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DEMOS = list(working(load_programme()))
EXAMPLES = {demo.INFO.slug: demo.EXAMPLES[0].label for demo in DEMOS}

TOO_SMALL = """() => [...document.querySelectorAll("button, select, [role=tab]")]
  .filter((element) => !element.closest("[aria-hidden=true], .visually-hidden"))
  .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((element) => { const { width, height } = element.getBoundingClientRect();
                         return width && height && height < 24; })
  .map((element) => `${element.className} ${element.textContent.trim()}: `
                    + element.getBoundingClientRect().height)"""

# The contrast of the Web Content Accessibility Guidelines, over every background that shines through.
CONTRAST = """element => {
  const painter = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const backgrounds = [];
  for (let node = element; node; node = node.parentElement) {
    backgrounds.unshift(getComputedStyle(node).backgroundColor);
  }
  const mix = (colours) => {
    painter.clearRect(0, 0, 1, 1);
    for (const colour of colours) { painter.fillStyle = colour; painter.fillRect(0, 0, 1, 1); }
    return [...painter.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => sum + w * linear(rgb[i]), 0);
  const layers = ["white", ...backgrounds];
  const [a, b] = [luminance(mix(layers)), luminance(mix([...layers, getComputedStyle(element).color]))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(**PHONE)


def expect_fits(page: Page) -> None:
    width = page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"the page is {width} px wide"
    assert page.evaluate(TOO_SMALL) == []


def answer(page: Page, slug: str, query: str = "") -> None:
    """The first example of a demo, answered."""
    open_demo(page, slug + query)
    answer_here(page, slug)


def answer_here(page: Page, slug: str) -> None:
    with answering(page):
        press(page, EXAMPLES[slug])
    badge(page).first.wait_for()
    if slug == "attention":
        viewer(page).wait_for()
    stop_writing(page)


@pytest.mark.parametrize("slug", EXAMPLES)
def test_a_demo_fits_a_phone_before_and_after_its_answer(phone: Page, slug: str):
    open_demo(phone, slug)
    expect_fits(phone)
    answer_here(phone, slug)
    expect_fits(phone)


def test_a_drawing_of_bertviz_fits_a_phone(phone: Page):
    open_demo(phone, "attention?draw=bertviz")
    press(phone, "BertViz: head view")
    bertviz_frame(phone).locator("html[data-state=ready]").wait_for(state="attached")
    expect_fits(phone)


@pytest.mark.parametrize("address", ["", "models"])
def test_home_and_models_fit_a_phone(phone: Page, address: str):
    open_gallery(phone, address)
    expect(phone.locator(".stage-demo-card, .table-wrap").first).to_be_visible()
    expect_fits(phone)


def labels_out_of_the_map(page: Page) -> list[str]:
    """What stands on the map of sentences and is cut off at its edge."""
    return page.locator(".task-map ol:visible").evaluate_all(
        """maps => maps.flatMap((map) => {
          const { left, right } = map.getBoundingClientRect();
          const inside = ({ left: a, right: b }) => a === b || (a >= left && b <= right);
          return [...map.querySelectorAll(".task-map-label")]
            .filter((label) => !inside(label.getBoundingClientRect())).map((label) => label.textContent);
        })"""
    )


@pytest.mark.parametrize("width", [390, 700, 1000, 1300])
def test_no_label_is_cut_off_on_the_map_of_sentences(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    open_demo(page, "similarity")
    with answering(page):
        press(page, "Three topics on a map")
    expect(page.locator(".task-map:visible")).to_have_count(1)
    assert labels_out_of_the_map(page) == []
    widths = [label.bounding_box()["width"] for label in page.locator(".task-map-label:visible").all()]
    assert any(widths) == (width == 1300)
    page.get_by_label("Compare with a second model").check()
    expect(page.locator(".task-map:visible")).to_have_count(2)
    assert labels_out_of_the_map(page) == []


def test_every_view_fits_a_phone(phone: Page):
    answer(phone, "attention")
    for view in ("model", "matrix", "neuron", "flow", "head"):
        open_view(phone, view)
        assert colours(viewer(phone).locator("canvas")) > 20
        expect_fits(phone)


def test_a_tap_locks_a_token_and_frees_it(phone: Page):
    answer(phone, "attention")
    token = viewer(phone).locator(".sa-query .sa-token").nth(3)
    for expected in (3, None):
        with drawing(phone, view="head"):
            token.tap()
        assert selection(phone)["token"] == expected


def test_a_tap_reads_a_cell_of_the_matrix(phone: Page):
    answer(phone, "attention")
    open_view(phone, "matrix")
    viewer(phone).locator(".sa-scroll").tap()
    expect(viewer(phone).locator(".sa-status")).to_contain_text("→")


def texts_of(page: Page) -> list[Locator]:
    """Key texts: headings, prose, labels, inputs, buttons, badge, and what the demos draw as text."""
    selectors = (
        "h2, .stage-card p, [data-testid=block-info], textarea, .stage-examples button, "
        "button.primary, button.stop, "
        ".stage-badge p, .stage-header a, .sa-tab, .sa-note, .sa-token, .sa-footer, .sa-heading strong, "
        ".stage-headline, .task-copy, .task-written span, .task-note, .task-withheld, .task-anyway summary, "
        ".sa-field, .stage-heat th, .stage-heat td[style], .stage-heat caption"
    )
    return page.locator(f":is({selectors}):visible").all()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("slug", ["attention", "similarity", "generate"])
def test_texts_can_be_read(page: Page, theme: str, slug: str):
    answer(page, slug, f"?__theme={theme}")
    assert page.locator("body.dark").count() == (theme == "dark")
    # Stop is there only while something is written: here it has to be looked at.
    page.locator(".stage-stop").evaluate_all(
        "buttons => buttons.forEach((button) => button.setAttribute('data-running', ''))"
    )
    texts = texts_of(page)
    assert len(texts) > 12
    faint = {
        f"{text.evaluate('e => e.className + e.textContent').strip()[:60]}": ratio
        for text in texts
        if (ratio := text.evaluate(CONTRAST)) < 4.5
    }
    assert faint == {}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_viewer_draws_on_the_colour_of_its_page(page: Page, theme: str):
    """The matrix paints its own background: it must not be a white sheet in the dark."""
    answer(page, "attention", f"?__theme={theme}")
    open_view(page, "matrix")
    corner = (
        viewer(page)
        .locator("canvas")
        .evaluate("canvas => [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data]")
    )
    brightness = sum(corner[:3]) / 3 if corner[3] else (255 if theme == "light" else 0)
    assert brightness < 80 if theme == "dark" else brightness > 200
