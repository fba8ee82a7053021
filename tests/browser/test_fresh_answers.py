"""An answer never stands under inputs that it was not made for: each field of each demo is changed."""

from __future__ import annotations

import re
import time
from types import ModuleType

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from demos.shell.load_demos import load_programme
from tests.browser.steps import (
    choose,
    drawing,
    headline,
    open_demo,
    press,
    show_attention,
    toast,
    viewer,
    wait_until,
)

SLUGS = [demo.INFO.slug for demo in load_programme() if isinstance(demo, ModuleType)]
FORM = (
    ':is(textarea, input:not([type=file], [type=password]), [role="combobox"])'
    ":visible:not([disabled]):not([readonly])"
)
# Of several choices the label is that of them all.
LABEL = """e => e.closest("fieldset")?.querySelector("[data-testid=block-info]")?.textContent
  ?? e.labels?.[0]?.textContent ?? ''"""
MADE_FOR = ".stage-made-for textarea"
# Parts of a page that ask for themselves, and boxes that change only what is shown of a form.
ELSEWHERE = (
    ".label-wrap + div, .stage-attention, [data-testid='dataframe'], .stage-lines, .cw-train, "
    ".forget-grid, .forget-live"
)
# How many questions the server has answered, whatever the page made of that.
COUNT_COMPLETED = """
  const plain = window.fetch;
  window.completed = 0;
  window.fetch = async (...asked) => {
    const answer = await plain(...asked);
    if (!String(asked[0].url ?? asked[0]).includes("/queue/data")) return answer;
    const counted = new TransformStream({
      transform(part, out) {
        window.completed += new TextDecoder().decode(part).split(`"process_completed"`).length - 1;
        out.enqueue(part);
      },
    });
    const { headers, status } = answer;
    return new Response(answer.body.pipeThrough(counted), { headers, status });
  };
"""


def answered(page: Page) -> bool:
    """Whether an answer stands and none is on its way."""
    return page.evaluate(
        "selector => [...document.querySelectorAll(selector)].some((box) => box.value)"
        " && !document.querySelector('.generating')",
        MADE_FOR,
    )


def made_for(page: Page) -> list[str]:
    boxes = page.locator(MADE_FOR)
    return boxes.evaluate_all("boxes => boxes.map((box) => box.value)")


def named(label: str) -> str:
    """The field's label, without what Gradio tells screen readers of a slider."""
    return re.sub(r"^(number input|range slider) for ", "", label).strip()


def notices(page: Page) -> list[str]:
    return page.locator(".stage-stale").all_inner_texts()


def change(page: Page, field: Locator) -> bool:
    """Change one field in its own way; False where there is nothing else to choose."""
    kind = field.get_attribute("type")
    if field.get_attribute("role") == "combobox":
        before = field.input_value()
        for key in ("ArrowDown", "ArrowUp"):  # by keyboard: a list that moves cannot be clicked
            field.focus()
            field.press(key)
            field.press(key)
            field.press("Enter")
            field.press("Tab")  # who leaves the field has chosen
            if field.input_value() != before:
                return True
        return False
    elif kind == "checkbox":
        field.click()
    elif kind == "radio":
        if field.is_checked():
            return False
        field.click()
    elif kind == "range":
        field.focus()
        field.press("ArrowLeft")
    elif kind == "number":
        value = float(field.input_value() or 0)
        field.fill(str(int(value) + (1 if value < 4 else -1)))
        field.press("Tab")
    else:
        field.fill(field.input_value() + " really")
    return True


@pytest.mark.parametrize("slug", SLUGS)
def test_no_answer_stands_under_a_changed_field(page: Page, slug: str):
    """A change either dims the answer and says what it was made for, or brings a new answer."""
    open_demo(page, slug)
    examples = page.locator(".stage-examples:visible button")
    (examples.last if slug == "prompt-experiments" else examples.first).click()  # its first one takes long
    wait_until(lambda: answered(page))
    expect(page.locator(".stage-stale")).to_have_count(0)
    fields = [f for f in page.locator(FORM).all() if not f.evaluate("(e, s) => !!e.closest(s)", ELSEWHERE)]
    changed = 0
    for field in fields:
        before, said = made_for(page), notices(page)
        label = field.get_attribute("aria-label") or field.evaluate(LABEL)
        # What hides or shows other fields has tests of its own.
        if "Compare" in label or label == "Drawn by" or not change(page, field):
            continue
        changed += 1
        wait_until(
            # A notice names every field that was changed. A slider and its number are one field.
            lambda label=label, said=said, before=before: (
                notices(page) != said or made_for(page) != before or named(label) in " ".join(said)
            ),
            f"{slug}: {label} was changed, and the answer says nothing",
        )
        wait_until(lambda: answered(page))
    assert changed


def test_the_notice_names_what_the_answer_was_made_for_and_what_to_press(page: Page):
    open_demo(page, "sentiment")
    text = page.get_by_label("Text", exact=True)
    text.fill('A "fine" <b>film</b>.')
    text.press("Enter")
    verdict = headline(page)
    expect(verdict).to_have_count(1)
    opacity = "element => getComputedStyle(element.closest('.task-answer')).opacity"
    wait_until(lambda: verdict.evaluate(opacity) == "1")  # the page opened with another answer
    text.fill("Another film.")
    stale = page.locator(".stage-stale:visible")
    expect(stale).to_contain_text('made for Text “A "fine" <b>film</b>.” · press Run to update')
    assert float(verdict.evaluate(opacity)) < 0.5
    text.fill('A "fine" <b>film</b>.')
    expect(stale).to_have_count(0)
    text.fill("Another film.")
    press(page, "Run")
    expect(stale).to_have_count(0)


def test_stop_is_there_only_while_there_is_something_to_stop_and_works_at_once(page: Page):
    """Gradio's own way loses what is stopped before the server has given the event its number."""
    open_demo(page, "generate")
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_hidden()
    written = page.locator(".task-written:visible")
    opening = written.all_inner_texts()
    page.get_by_label("Prompt", exact=True).fill("Tell a long story about a lighthouse keeper.")
    expect(page.get_by_role("button", name="Write", exact=True)).to_be_visible()
    for milliseconds in (0, 20, 100):
        page.evaluate(
            """(milliseconds) => {
              const named = (name) => [...document.querySelectorAll("button")].find(
                (button) => button.offsetParent && button.textContent.trim() === name);
              named("Write").click();
              setTimeout(() => named("Stop").click(), milliseconds);
            }""",
            milliseconds,
        )
        expect(stop).to_be_hidden()
        expect(page.locator(".generating")).to_have_count(0)
        words = written.all_inner_texts()
        time.sleep(0.5)
        assert written.all_inner_texts() == words
        assert words == opening or sum(len(text.split()) for text in words) < 10


def test_an_answer_below_the_edge_of_a_phone_scrolls_into_view(open_page):
    page = open_page(viewport={"width": 390, "height": 700}, has_touch=True)
    open_demo(page, "sentiment")
    page.get_by_label("Text", exact=True).fill("A fine film.")
    page.get_by_label("Text", exact=True).press("Enter")
    expect(headline(page)).to_be_in_viewport()


def test_the_keys_of_the_viewer_work_after_an_example(page: Page):
    open_demo(page, "attention")
    with drawing(page, text="The cat sat on the mat."):  # the page opens with another picture
        press(page, "Two sentences")
    page.locator(".stage-attention[data-state=ready]").wait_for()
    layer = "StageAttention.selection(document.querySelector('.stage-attention')).layer"
    before = page.evaluate(layer)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"({layer}) === {before + 1}")
    page.get_by_label("Text", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(layer) == before + 1


def test_an_address_without_a_demo_says_so_and_lists_those_there_are(browser: Browser, gallery: str):
    page = browser.new_page()  # not a watched one: the 404 is a complaint of the console
    page.goto(f"{gallery}/?demo=%3Cimg%20src=x%3E")
    missing = page.locator(".stage-missing")
    expect(missing).to_contain_text("There is no demo called")
    expect(missing.get_by_role("link", name="Sentiment", exact=True)).to_be_visible()


def test_who_asks_again_before_the_answer_is_there_is_answered_too(page: Page):
    """Gradio drops what is pressed while an answer is on its way."""
    open_demo(page, "similarity")
    box = page.get_by_label("Sentences, one per line")
    for lines in ("A cat.\nA dog.", "A cat.\nA dog.\nA bird.", "A cat.\nA dog.\nA bird.\nA fish."):
        box.fill(lines)
        press(page, "Measure")  # at once, whatever is still being computed
    expect(page.locator(".stage-heat:visible td[style]")).to_have_count(16)
    expect(page.locator(".stage-stale")).to_have_count(0)


def test_the_answer_to_an_earlier_question_does_not_replace_a_later_one(page: Page):
    """What a choice asks for and what a button asks for are on their way side by side."""
    page.add_init_script(COUNT_COMPLETED)
    open_demo(page, "attention")
    viewer(page).wait_for()
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/queue/join*", hold_first)
    with page.expect_request("**/queue/join*"):
        choose(page, "Show", "Rollout")
    show_attention(page, "It was asked later.")
    before = page.evaluate("completed")
    held[0].continue_()
    page.wait_for_function("before => completed > before", arg=before)
    with drawing(page, measure="attention"):
        choose(page, "Show", "Each head")
    drawn = page.evaluate("drawings.map((one) => `${one.measure}: ${one.text}`)")
    after = drawn[drawn.index("rollout: It was asked later.") :]
    assert set(after) <= {"rollout: It was asked later.", "attention: It was asked later."}


def test_what_is_refused_leaves_no_stop_button(browser: Browser, gallery: str):
    page = browser.new_page(base_url=gallery)  # not a watched one: the 503 is a complaint of the console
    open_demo(page, "generate")
    page.get_by_label("Prompt", exact=True).fill("Tell me of the sea.")
    expect(page.get_by_role("button", name="Write", exact=True)).to_be_visible()
    page.route("**/queue/join*", lambda route: route.fulfill(status=503, json={"detail": "busy"}))
    press(page, "Write")
    expect(toast(page)).to_contain_text("busy")
    expect(page.locator(".stage-stop:visible")).to_have_count(0)
    expect(page.get_by_role("button", name="Write", exact=True)).to_be_visible()
