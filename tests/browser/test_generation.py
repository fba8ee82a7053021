"""Text appears while it is written, stops when the visitor says so, and leaves the model free."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import answering, badge, open_demo, press, toast, written

LONG = "Tell a long story about a lighthouse keeper and the sea."


@pytest.fixture
def writing(page: Page) -> Page:
    """A generation of 512 tokens under way, with the text recorded each time that it changes."""
    open_demo(page, "generate")
    page.evaluate(
        """() => {
          const written = () => document.querySelector(".task-written")?.textContent ?? "";
          const opening = written();
          window.texts = [""];
          window.times = [performance.now()];
          const look = () => {
            const text = written();
            if (text !== texts.at(-1) && text !== opening) {
              texts.push(text);
              times.push(performance.now());
            }
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    page.get_by_label("Prompt", exact=True).fill(LONG)
    number = page.get_by_label("number input for New tokens at most")
    number.fill("512")
    number.press("Enter")
    press(page, "Write")
    page.wait_for_function("texts.length > 8")
    return page


def tokens_so_far(page: Page) -> int:
    return int(re.search(r"(\d+) tokens", badge(page).inner_text())[1])


def test_the_text_grows_while_it_is_written(writing: Page):
    texts = writing.evaluate("texts.slice(0, 8)")
    assert all(later.startswith(earlier) and later != earlier for earlier, later in pairwise(texts))
    expect(badge(writing)).to_contain_text("writing")
    press(writing, "Stop")


def test_stop_stops_it_and_the_next_answer_starts_at_once(writing: Page):
    press(writing, "Stop")
    expect(writing.locator(".generating")).to_have_count(0)
    stopped = writing.evaluate("texts.length")
    assert tokens_so_far(writing) < 300
    writing.get_by_label("Prompt", exact=True).fill("Say yes.")
    start = writing.evaluate("performance.now()")
    press(writing, "Write")
    writing.wait_for_function("stopped => texts.length > stopped", arg=stopped)
    waited = writing.evaluate("stopped => times[stopped]", stopped) - start
    # What was left of 512 tokens, at the pace of this machine: in half of that it is not written.
    pace = writing.evaluate("(times[8] - times[1]) / 7")
    assert waited < (512 - 300) * pace / 2, "the model was still busy with the stopped text"
    assert not writing.evaluate("stopped => texts[stopped].startsWith(texts[stopped - 1])", stopped)
    press(writing, "Stop")


def test_a_stopped_text_stays_and_grows_no_more(writing: Page):
    press(writing, "Stop")
    expect(writing.locator(".generating")).to_have_count(0)
    kept = written(writing).inner_text()
    assert tokens_so_far(writing) < 300
    # A second answer elsewhere takes the model's turn: had the first gone on, it would have grown by then.
    other = writing.context.new_page()
    open_demo(other, "generate")
    with answering(other):
        press(other, "Wrong: arithmetic")
    expect(badge(other)).to_contain_text(re.compile("ended here|stopped at the limit"))
    assert kept
    assert written(writing).inner_text() == kept


def test_the_end_is_told_and_the_exact_prompt_is_shown(page: Page):
    open_demo(page, "generate")
    with answering(page):
        press(page, "Wrong: arithmetic")
    expect(badge(page)).to_contain_text(re.compile(r"\d+ tokens, (the model ended|stopped at)"))
    press(page, "Write")
    expect(badge(page)).to_contain_text(
        re.compile(r"\d+ tokens in \d+\.\d s, \d+ a second, (the model ended|stopped at)")
    )
    page.get_by_text("What the model read", exact=True).click()
    prompt = page.locator(".task-prompt:visible")
    expect(prompt).to_contain_text(re.compile(r"<\|im_start\|>user\s+What is 17 times 24\?"))
    expect(toast(page)).to_have_count(0)


def test_what_was_written_is_copied_without_its_notes(page: Page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_demo(page, "generate")
    with answering(page):
        press(page, "Wrong: arithmetic")
    expect(page.get_by_text("Least sure")).to_be_visible()
    press(page, "Copy")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == written(page).text_content()
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
