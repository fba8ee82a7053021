"""The page that the tasks share: two models side by side, the code, a whole column, what cannot be read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import answering, badge, headline, open_demo, press, refusal


@pytest.fixture
def sentiment(page: Page) -> Page:
    open_demo(page, "sentiment")
    return page


def ask(page: Page, text: str) -> None:
    box = page.get_by_label("Text", exact=True)
    with answering(page):
        box.fill(text)
        box.press("Enter")


def test_two_models_answer_side_by_side(sentiment: Page):
    verdicts = headline(sentiment)
    ask(sentiment, "A fine film.")
    expect(verdicts).to_have_count(1)
    expect(sentiment.get_by_label("Second model", exact=True)).to_be_hidden()
    sentiment.get_by_label("Compare with a second model").check()
    expect(verdicts).to_have_count(2)
    first, second = badge(sentiment).all_inner_texts()
    assert first.split(" · ")[0] != second.split(" · ")[0]
    boxes = [verdict.bounding_box() for verdict in verdicts.all()]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] < boxes[1]["x"]
    ask(sentiment, "A dull film.")
    expect(verdicts).to_contain_text(["“negative”", "“negative”"])
    sentiment.get_by_label("Compare with a second model").uncheck()
    expect(verdicts).to_have_count(1)


def test_the_code_is_that_of_the_answer(sentiment: Page):
    ask(sentiment, 'It\'s "so" <b>good</b>.')
    expect(headline(sentiment)).to_contain_text("“positive”")
    sentiment.get_by_text("The same in Python").locator("visible=true").click()
    code = sentiment.locator(".cm-content:visible")
    expect(code).to_contain_text("pipeline(")
    expect(code).to_contain_text("<b>good</b>")


def test_what_cannot_be_read_is_a_sentence_and_leaves_no_old_answer(sentiment: Page):
    ask(sentiment, "A fine film.")
    expect(headline(sentiment)).to_have_count(1)
    ask(sentiment, "word " * 600)
    expect(refusal(sentiment)).to_contain_text("602 tokens")
    expect(headline(sentiment)).to_have_count(0)


def test_a_withheld_answer_is_seen_on_demand_and_its_reader_asked_by_keyboard(sentiment: Page):
    sentiment.get_by_label("Compare with a second model").check()
    ask(sentiment, "정말 재미있는 영화")
    places = sentiment.locator(".task-withheld:visible")
    expect(places).to_have_count(2)
    expect(places.first).to_contain_text("mostly Korean")
    bars = sentiment.locator(".task-bars:visible")
    expect(headline(sentiment)).to_contain_text(["Withheld", "Withheld"])
    expect(bars).to_have_count(0)
    sentiment.locator(".task-anyway summary:visible").first.click()
    expect(bars).to_have_count(1)
    instead = sentiment.get_by_role("button", name="Ask Small Korean encoder for sentiment instead")
    instead.first.focus()
    sentiment.keyboard.press("Enter")
    expect(headline(sentiment).first).to_contain_text("“positive”")
    expect(badge(sentiment).first).to_contain_text("Small Korean encoder")
    expect(sentiment.get_by_label("Model", exact=True)).to_have_value("Small Korean encoder for sentiment")
    # The other column still says why it has no answer; its own button remains.
    expect(places).to_have_count(1)
    expect(instead).to_have_count(1)


def test_a_column_is_answered_row_by_row_and_can_be_stopped(sentiment: Page, tmp_path: Path):
    file = tmp_path / "reviews.csv"
    texts = ["A fine film.", " ", "=1+1", *["I would gladly see it again."] * 5000]
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["id", "review"], *enumerate(texts)])
    sentiment.get_by_text("A whole column").click()
    sentiment.locator("input[type=file]").set_input_files(file)
    expect(sentiment.get_by_text("5,003 rows.")).to_be_visible()
    press(sentiment, "Answer every row")
    expect(sentiment.locator("progress:visible")).not_to_have_attribute("value", "0")
    press(sentiment, "Stop and keep what is done")
    expect(sentiment.get_by_text("of 5,003 rows have an answer. You stopped before")).to_be_visible()
    with sentiment.expect_download() as download:
        sentiment.get_by_role("link", name="KB").last.click()
    download.value.save_as(tmp_path / "answers.csv")
    with (tmp_path / "answers.csv").open(newline="", encoding="utf-8-sig") as answers:
        rows = list(csv.DictReader(answers))
    assert [row["id"] for row in rows] == [str(number) for number in range(len(texts))]
    assert 0 < sum(bool(row["label"]) for row in rows) < len(rows)
    assert all(bool(row["label"]) != bool(row["problem"]) for row in rows)
    assert rows[2]["review"] == "'=1+1" and rows[2]["quoted"] == "review"
