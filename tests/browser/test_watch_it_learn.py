"""The drawings of "Watch it learn" in an empty page: the slider moves everything, texts stay texts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from demos.caption_world.watch_it_learn import SCRIPTS, wire
from demos.caption_world.watch_it_learn.schemas import (
    Filling,
    Moment,
    Point,
    Sample,
    TrainInputs,
    TrainResult,
    WatchInputs,
    WatchResult,
)
from demos.models.specs import Origin
from demos.shell.gallery import SHELL_SCRIPTS

HOSTILE = '<img src=x onerror="alert(1)">'
PERCENT = (0, 2, 6, 20, 50, 100)
ORIGIN = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")


def watched(withheld: str = "") -> dict[str, Any]:
    moments = tuple(
        Moment(
            percent,
            percent * 1000,
            f"word{percent}{HOSTILE}",
            0.5,
            (Filling(f"word{percent}{HOSTILE}", 0.5), Filling("other", 0.25)),
            np.array([[1 - percent / 200, percent / 200], [0.5, 0.5]]),
            percent / 150,
        )
        for percent in PERCENT
    )
    given = "a [MASK] here"
    result = WatchResult(
        "bert",
        given,
        "masked accuracy",
        "self",
        1,
        0,
        ("a", HOSTILE),
        ("a", "b"),
        moments,
        withheld,
        0,
        ORIGIN,
    )
    return wire.watch(WatchInputs("a word here"), result)


@pytest.fixture
def drawn(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_content('<div id="box" style="width: 900px"></div>')
    for path in dict.fromkeys((*SHELL_SCRIPTS, *SCRIPTS)):
        page.add_script_tag(content=path.read_text("utf-8"))
    yield page
    page.close()
    assert not wrong


def draw(page: Page, payload: dict[str, Any]) -> None:
    page.evaluate("payload => CaptionWorldLearn.draw(document.getElementById('box'), payload)", payload)


def test_the_slider_moves_the_sentence_the_attention_and_the_figure(drawn: Page):
    draw(drawn, watched())
    sentence, slider = drawn.locator(".cw-sentence"), drawn.get_by_role("slider")
    expect(sentence).to_have_text(f"a word100{HOSTILE} here")
    slider.press("Home")
    slider.press("ArrowRight")
    expect(sentence).to_have_text(f"a word2{HOSTILE} here")
    expect(slider).to_have_attribute("aria-valuetext", "2 % of the training, 2,000 tokens")
    expect(drawn.get_by_text("masked accuracy on held-out captions: 1 %")).to_be_visible()
    said = drawn.get_by_role("img", name="Attention").get_attribute("aria-label") or ""
    assert f"a looks most at a, 99 %; {HOSTILE} looks most at a, 50 %" in said
    opacity = drawn.locator(".cw-cell").first.get_attribute("fill-opacity")
    assert math.isclose(float(opacity or 0), 0.04 + 0.96 * 0.99, abs_tol=1e-3)
    assert drawn.locator("#box img").count() == 0


def test_a_link_looks_at_its_moment_when_its_answer_is_there_and_not_before(drawn: Page):
    sentence = drawn.locator(".cw-sentence")
    drawn.evaluate("StageLink.open({ text: 'a word here' }, { learned: 2 })")
    draw(drawn, watched())  # the page's own, late
    expect(sentence).to_have_text(f"a word100{HOSTILE} here")
    draw(drawn, watched())
    drawn.evaluate("document.dispatchEvent(new CustomEvent('stage-answered'))")
    expect(sentence).to_have_text(f"a word6{HOSTILE} here")


def test_play_ends_with_the_trained_model_and_begins_again_with_the_untrained(drawn: Page):
    drawn.clock.install()
    draw(drawn, watched())
    drawn.get_by_role("button", name="Play").click()
    expect(drawn.locator(".cw-where")).to_contain_text("0 % of the training, 0 tokens: random weights")
    drawn.clock.run_for(20_000)
    expect(drawn.locator(".cw-where")).to_contain_text("100 % of the training")
    expect(drawn.get_by_role("button", name="Play")).to_be_visible()


def test_what_is_withheld_is_behind_a_fold(drawn: Page):
    draw(drawn, watched("It reads unlike them."))
    expect(drawn.get_by_role("note")).to_have_text("It reads unlike them.")
    expect(drawn.locator(".cw-sentence")).to_be_hidden()
    drawn.get_by_text("Show anyway").click()
    expect(drawn.locator(".cw-sentence")).to_be_visible()
    draw(drawn, watched())
    expect(drawn.get_by_role("note")).to_have_count(0)
    drawn.evaluate("CaptionWorldLearn.draw(document.getElementById('box'), null)")
    assert drawn.locator("#box").inner_html() == ""


def test_a_training_grows_in_place(drawn: Page):
    inputs = TrainInputs(("ab", "c"), 20)
    points = (Point(0, 1.4, math.nan), Point(10, 0.7, math.nan), Point(20, 0.1, math.nan))
    samples = (Sample(0, HOSTILE, False), Sample(20, "ab", True))
    for count, waiting in ((0, True), (1, False), (3, False)):
        result = TrainResult(20, 3.0, False, waiting, 4, 2, 0, 100, points[:count], samples if count else ())
        draw(drawn, wire.train(inputs, result))
    expect(drawn.locator(".st-progress")).to_contain_text(
        "training: 20 steps in 3.0 s; 2 lines, 4 characters"
    )
    expect(drawn.locator("dd")).to_have_text(["abcopied", HOSTILE])
    label = drawn.get_by_role("img").get_attribute("aria-label")
    assert label == "Loss on its lines 1.40 at first, 0.10 after 20 steps"
    assert drawn.locator(".cw-curve").count() == 1 and drawn.locator("#box img").count() == 0
