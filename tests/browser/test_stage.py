"""Talk mode: one answer fills the window, is moved by keys, and inside slides leaves them theirs."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from demos.shell.load_demos import load_programme, working
from tests.browser.steps import open_demo

SLUGS = [demo.INFO.slug for demo in working(load_programme())]
SIZES = {"720p": {"width": 1280, "height": 720}, "1080p": {"width": 1920, "height": 1080}}
LARGER = 1.6
"""How much larger type is than on the ordinary page, on a slide of 1280 x 720."""

# What of the step that is shown reaches out of its room, or scrolls.
OUTSIDE = """() => {
  const step = document.querySelector("[data-stage-shown]");
  const { left, right, bottom } = document.querySelector(".stage-talk-frame").getBoundingClientRect();
  const line = document.querySelector(".stage-talk-line").getBoundingClientRect();
  const problems = [];
  if (line.bottom > innerHeight || line.right > innerWidth) problems.push("the line below is cut off");
  if (scrollX || scrollY) problems.push("the page is scrolled");
  for (const node of step.querySelectorAll("*")) {
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height || node.closest("svg") !== null && node.tagName !== "svg") continue;
    const name = `${node.tagName} ${node.className} ${node.textContent.slice(0, 40)}`;
    if (box.left < left - 2 || box.right > right + 2 || box.bottom > bottom + 2 || box.top < -1) {
      problems.push(`outside: ${name} ${JSON.stringify(box)}`);
    }
    const { overflowX, overflowY } = getComputedStyle(node);
    if (/auto|scroll/.test(overflowY) && node.scrollHeight > node.clientHeight + 1 ||
        /auto|scroll/.test(overflowX) && node.scrollWidth > node.clientWidth + 1) {
      problems.push(`scrolls: ${name}`);
    }
  }
  return problems;
}"""

# Links and fields of the ordinary page that a visitor could still see.
FORM = ".stage-header, footer, .form, .stage-examples, .stage-tools, button.primary, .gr-accordion"


def talk(page: Page, address: str) -> None:
    """Opens a page in talk mode, and waits until it shows something."""
    page.goto(address)
    page.locator("[data-stage-shown]").wait_for()
    settled(page)


def settled(page: Page | Frame) -> None:
    """Waits until the shown step keeps its size: drawings follow the room that they get."""
    page.evaluate(
        """async () => {
          const size = () => JSON.stringify(document.querySelector("[data-stage-shown]")?.getBoundingClientRect());
          for (let same = 0, before = ""; same < 5; ) {
            await new Promise((done) => setTimeout(done, 60));
            same = size() === before ? same + 1 : 0;
            before = size();
          }
        }"""
    )


def place(page: Page | Frame) -> str:
    return page.locator(".stage-talk-place").text_content() or ""


def is_last(page: Page | Frame) -> bool:
    """Whether the last part of the last step is shown: "2 / 2 (3 of 3)"."""
    counts = [int(number) for number in re.findall(r"\d+", place(page))]
    return counts[::2] == counts[1::2]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_step_of_every_demo_is_whole_in_the_window(page: Page, slug: str, size: str):
    page.set_viewport_size(SIZES[size])
    talk(page, f"/{slug}?stage=1&theme=dark")
    root = page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= innerWidth && root.scrollHeight <= innerHeight")
    assert page.locator(FORM).locator("visible=true").count() == 0
    for _ in range(40):
        assert page.evaluate(OUTSIDE) == [], place(page)
        if is_last(page):
            break
        page.keyboard.press("ArrowRight")
        settled(page)
    expect(page.locator("body")).to_contain_class("dark")
