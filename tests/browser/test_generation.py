"""Text appears while it is written, stops when the visitor says so, and leaves the model free."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import badge, open_demo, press, toast, written

LONG = "Tell a long story about a lighthouse keeper and the sea."


@pytest.fixture
def writing(page: Page) -> Page:
    """A generation of 512 tokens under way, with the text recorded each time that it changes."""
    open_demo(page, "generate")
    written(page).evaluate(
        """box => {
          window.texts = [""];
          const look = () => {
            if (box.value !== texts.at(-1)) texts.push(box.value);
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
    start = time.monotonic()
    press(writing, "Write")
    writing.wait_for_function("stopped => texts.length > stopped", arg=stopped)
    assert time.monotonic() - start < 5, "the model was still busy with the stopped text"
    assert not writing.evaluate("stopped => texts[stopped].startsWith(texts[stopped - 1])", stopped)
    press(writing, "Stop")


def test_a_stopped_text_stays_and_grows_no_more(writing: Page):
    press(writing, "Stop")
    expect(writing.locator(".generating")).to_have_count(0)
    kept = written(writing).input_value()
    assert tokens_so_far(writing) < 300
    # A second answer elsewhere takes the model's turn: had the first gone on, it would have grown by then.
    other = writing.context.new_page()
    open_demo(other, "generate")
    press(other, "A fact it gets wrong")
    expect(badge(other)).to_contain_text(re.compile("ended here|stopped at the limit"))
    assert kept
    assert written(writing).input_value() == kept


def test_the_end_is_told_and_the_exact_prompt_is_shown(page: Page):
    open_demo(page, "generate")
    press(page, "A fact it gets wrong")
    expect(badge(page)).to_contain_text(re.compile(r"\d+ tokens, \d+ a second, (the model ended|stopped at)"))
    press(page, "What the model read ▼")
    prompt = page.get_by_label("Prompt with the chat format")
    expect(prompt).to_have_value(re.compile(r"<\|im_start\|>user\nWhat is 17 times 24\?"))
    expect(toast(page)).to_have_count(0)
