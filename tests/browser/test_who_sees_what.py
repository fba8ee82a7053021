"""The hidden word is chosen by mouse and keys, stands in the link, and moves on a slide."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import answering, headline, open_demo, press, state_in, wait_until

TEXT = "Two women are sitting on a bench."


def hidden(page: Page) -> Locator:
    return page.get_by_role("radio", checked=True)


def gap_in_address(page: Page) -> int | None:
    """The number of the hidden word that the address carries."""
    return state_in(page.evaluate("location.href")).get("view", {}).get("gap")


def ask(page: Page, text: str) -> None:
    page.get_by_label("A caption", exact=True).fill(text)
    with answering(page):
        press(page, "Hide each word")


def test_the_hidden_word_is_chosen_and_a_link_remembers_it(page: Page):
    open_demo(page, "who-sees-what")
    ask(page, TEXT)
    page.get_by_role("radio", name="women").click()
    expect(headline(page)).to_contain_text("“women” in this sentence")
    page.keyboard.press("ArrowRight")
    expect(hidden(page)).to_have_text("are")
    expect(page.get_by_role("region", name="GPT").locator("s")).to_have_text(
        ["sitting", "on", "a", "bench", "."]
    )
    expect(page.get_by_role("region", name="BERT").locator("s")).to_have_count(0)
    at = page.get_by_role("radio").all_inner_texts().index("are")
    wait_until(lambda: gap_in_address(page) == at, "the address does not follow the view")
    page.goto("about:blank")
    page.go_back()
    expect(hidden(page)).to_have_text("are")


def test_on_a_slide_the_hidden_word_moves_up_and_down(page: Page):
    page.goto("/who-sees-what?stage=1")
    chosen = hidden(page)
    expect(chosen).to_be_visible()
    words = page.get_by_role("radio").all_inner_texts()
    before = words.index(chosen.inner_text())
    key, at = ("ArrowDown", before + 1) if before + 1 < len(words) else ("ArrowUp", before - 1)
    page.keyboard.press(key)
    expect(chosen).to_have_text(words[at])
    expect(page.locator(".stage-talk-headline")).to_contain_text(f"“{words[at]}”")


def test_what_is_typed_is_text_and_a_strange_sentence_is_folded_away(page: Page):
    open_demo(page, "who-sees-what")
    ask(page, "<img src=x onerror=alert(1)> a dog runs")
    expect(page.locator("#who-sees-what .task-withheld")).to_contain_text("cannot even spell")
    expect(page.get_by_role("radio", name="dog")).to_be_hidden()
    page.get_by_text("Show anyway").click()
    expect(page.get_by_role("radio", name="dog")).to_be_visible()
    expect(page.locator("#who-sees-what img")).to_have_count(0)
