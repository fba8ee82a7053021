"""Predict before you see: the answer stays covered until a guess, and a question begins anew."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.steps import answering, open_demo, press


def guess_first(page: Page) -> None:
    page.get_by_role("button", name="Guess first").click()


def test_a_word_is_guessed_by_keys_and_a_new_question_asks_anew(page: Page):
    open_demo(page, "trial-rankings")
    drawing = page.locator("#trial-rankings .stage-headline")
    expect(drawing).to_be_visible()
    guess_first(page)
    words = page.get_by_role("radiogroup", name="Which word matters most").get_by_role("radio")
    expect(words.first).to_be_visible()
    expect(drawing).to_be_hidden()
    words.first.focus()
    page.keyboard.press("ArrowRight")
    chosen = words.nth(1).inner_text()
    page.keyboard.press("Enter")
    result = page.locator(".stage-guess-result")
    expect(result).to_contain_text(f"You guessed {chosen}")
    expect(result).to_contain_text("A blind guess is right 1 time in 11.")
    expect(result).to_be_focused()
    expect(drawing).to_be_visible()
    with answering(page):
        press(page, "Without context")
    expect(words).to_have_text(["a", "dull", "story", "told", "with", "great", "charm"])
    expect(drawing).to_be_hidden()
    expect(result).to_have_count(0)
    guess_first(page)  # folds it
    expect(drawing).to_be_visible()
    assert "guess" not in page.url


def test_a_number_stands_beside_the_answer_and_chance_and_in_a_talk_above_the_slide(page: Page):
    page.goto("/prompt-experiments?guess=1")
    slider = page.get_by_role("slider", name="How many of the test rows")
    chart = page.locator(".stage-experiment").first
    expect(chart).to_be_hidden()
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="My guess").click()
    expect(page.locator(".stage-guess-result")).to_contain_text("You guessed 1 %. The answer: ")
    expect(page.locator(".stage-guess-result")).to_contain_text("guessing the label gives 25 %")
    expect(page.locator(".stage-guess-mark")).to_have_text(["chance", "answer", "you"])
    expect(chart).to_be_visible()
    page.goto("/prompt-experiments?guess=1&stage=1")
    above = page.locator(".stage-talk-top .stage-guess-body")
    expect(above).to_be_visible()
    expect(page.locator(".stage-talk-headline")).to_be_hidden()
    above.get_by_role("button", name="My guess").click()
    expect(page.locator(".stage-talk-headline")).to_be_visible()
    expect(above.locator(".stage-guess-result")).to_contain_text("You guessed 50 %")
    page.keyboard.press("Escape")
    expect(page.locator(".stage-guess-root .stage-guess-body")).to_be_visible()
