"""What the viewer shows first: the finding that stands out, its buttons, and tokens in rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.dom import minidom

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.steps import (
    bring_back_view,
    call,
    choose,
    colours,
    drawing,
    kept_view,
    open_demo,
    open_view,
    press,
    selection,
    show_attention,
    status,
    viewer,
    wait_until,
)

SENTENCE = "The cat sat on the mat because it was tired."
KOREAN = "오늘 서울의 날씨는 아주 맑습니다."


@pytest.fixture
def shown(page: Page) -> Page:
    open_demo(page, "attention")
    show_attention(page, SENTENCE)
    return page


@pytest.fixture(scope="module")
def lasting(open_lasting: Callable[..., Page]) -> Page:
    return kept_view(open_lasting(), SENTENCE)


@pytest.fixture
def looked(lasting: Page) -> Page:
    """Like `shown`, on one page for all tests that choose in the viewer only."""
    bring_back_view(lasting)
    return lasting


def headline(page: Page) -> Locator:
    return viewer(page).locator(".sa-headline")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def held_back(page: Page) -> Callable[[str], Route]:
    """Lets every request for links wait from now on, and finds the one for a text."""
    held: list[Route] = []

    def look(route: Route) -> None:
        if route.request.post_data_json["fn_name"] == "findings":
            held.append(route)
        else:
            route.continue_()

    def asked(text: str) -> Route:
        def about_it() -> list[Route]:
            page.evaluate("1")  # Playwright hands routes over only while it is asked for something
            return [one for one in held if text in (one.request.post_data or "")]

        wait_until(about_it, "nobody asked for the links")
        return about_it()[0]

    page.route(re.compile("component_server"), look)
    return asked


def in_rows(page: Page, rows: bool = True) -> None:
    with drawing(page, view="head"):
        viewer(page).get_by_label("Tokens", exact=True).select_option("rows" if rows else "columns")


def expect_at(page: Page, finding: dict) -> None:
    now = selection(page)
    assert {name: now[name] for name in ("map", "layer", "token", "side")} == {
        name: finding[name] for name in ("map", "layer", "token", "side")
    }
    assert now["heads"] == [finding["head"]]


def test_the_first_picture_is_the_first_finding(looked: Page, gallery: str):
    answer = call(gallery, "attention_findings", text=SENTENCE)
    first = answer["findings"][0]
    assert first["rare"] and answer["headline"] == first["sentence"]
    expect_at(looked, first)
    assert plain(headline(looked).inner_text()) == first["sentence"]
    locked = viewer(looked).locator('.sa-token[aria-pressed="true"]')
    expect(locked).to_have_count(1)
    expect(status(looked)).to_contain_text(re.compile(r"attend"))
    assert colours(viewer(looked).locator("canvas")) > 20


def test_each_button_shows_its_finding(looked: Page, gallery: str):
    answer = call(gallery, "attention_findings", text=SENTENCE)
    rare = [one for one in answer["findings"] if one["rare"]]
    buttons = viewer(looked).locator(".sa-found-list").first.get_by_role("button")
    expect(buttons).to_have_count(len(rare))
    for button, finding in list(zip(buttons.all(), rare, strict=True))[::-1]:
        with drawing(looked, view="head", layer=finding["layer"]):
            button.click()
        expect_at(looked, finding)
        expect(button).to_have_attribute("aria-pressed", "true")
        assert plain(headline(looked).inner_text()) == finding["sentence"]
        expect(button).to_contain_text(f"chance: {finding['reached']} of {finding['attempts']}")
    open_view(looked, "matrix")
    with drawing(looked, view="matrix", layer=rare[1]["layer"]):
        buttons.nth(1).click()
    assert (selection(looked)["view"], selection(looked)["head"]) == ("matrix", rare[1]["head"])


def test_how_it_was_measured_and_the_rest_are_folded(looked: Page):
    how = viewer(looked).locator(".sa-how")
    expect(how.locator("p")).to_be_hidden()
    how.locator("summary").click()
    expect(how.locator("p")).to_contain_text(re.compile("shuffl|random order|Texts in another order"))


def test_who_stays_at_a_finding_is_shown_the_next_one_and_who_moves_is_not(shown: Page, gallery: str):
    other = "She gave the book to him and he read it."
    show_attention(shown, other)
    expect_at(shown, call(gallery, "attention_findings", text=other)["findings"][0])
    with drawing(shown, layer=5):
        viewer(shown).get_by_label("Layer", exact=True).select_option("5")
    expect(viewer(shown).locator('.sa-found[aria-pressed="true"]')).to_have_count(0)
    show_attention(shown, SENTENCE)
    assert selection(shown)["layer"] == 5


def test_links_that_take_long_come_after_the_picture(page: Page, gallery: str):
    open_demo(page, "attention")
    choose(page, "Model", "SmolLM2 135M Instruct")
    text = (
        "The nurse told the doctor that she would call the patient because he was ill and needed rest soon."
    )
    asked = held_back(page)
    show_attention(page, text)
    links = viewer(page).locator(".sa-links")
    expect(links).to_contain_text("still being looked for")
    before, said = selection(page), headline(page).inner_text()
    wanted = call(gallery, "attention_findings", text=text, model="smollm2")["findings"]
    assert before["finding"] and said
    asked(text).continue_()
    expect(links).to_be_hidden()
    expect(viewer(page).locator(".sa-found")).to_have_count(len(wanted))
    assert selection(page) == before, "what arrives moves nothing"
    assert headline(page).inner_text() == said


def test_links_that_could_not_be_looked_for_are_said_to_be_missing(page: Page):
    open_demo(page, "attention")
    choose(page, "Model", "SmolLM2 135M Instruct")
    asked = held_back(page)
    show_attention(page, SENTENCE)
    said = headline(page).inner_text()
    asked(SENTENCE).fulfill(json={"error": "<b>Busy</b>. Come again."})
    expect(viewer(page).locator(".sa-links")).to_have_text(
        "Links between words could not be looked for. <b>Busy</b>. Come again."
    )
    assert headline(page).inner_text() == said


def test_where_nothing_stood_out_what_arrives_is_shown(shown: Page, gallery: str):
    first, other = call(gallery, "attention_findings", text=SENTENCE)["findings"][:2]
    shown.evaluate(
        """late => {
          const host = document.querySelector(".stage-attention-root");
          const viewer = StageAttention.viewerOf(host);
          const { common, ...answer } = late;
          const waits = { ...viewer.payload, findings: [common], headline: "", findings_wait: true };
          const found = new Promise((done) => (window.answer = () => done(answer)));
          const source = { ...viewer.source, findings: () => found };
          return StageAttention.mount(host, waits, source);
        }""",
        {
            "findings": [other, first],
            "headline": other["sentence"],
            "common": {**first, "rare": False, "layer": 0},
        },
    )
    expect(viewer(shown).locator(".sa-links")).to_be_visible()
    expect(headline(shown)).to_have_text("")  # what chance often reaches is no headline
    shown.evaluate("answer()")
    expect(headline(shown)).to_have_text(re.compile(re.escape(other["sentence"]).replace(r"\ %", r"\s%")))
    expect_at(shown, other)


def test_where_nothing_is_looked_for_nothing_is_said(shown: Page):
    with drawing(shown, measure="rollout"):
        choose(shown, "Show", "Rollout")
    expect(headline(shown)).to_be_hidden()
    assert selection(shown)["layer"] == 5


def test_a_headline_is_text(page: Page):
    open_demo(page, "attention")
    show_attention(page, "<b>bold</b> <img src=x onerror=alert(1)> moves & <i>sleeps</i>")
    assert viewer(page).locator(":is(.sa-headline, .sa-found-name, .sa-note) *").count() == 0


def boxes(page: Page, side: str) -> list[dict[str, float]]:
    """At one moment, and from the corner of the drawing, since the page may still be scrolling."""
    return (
        viewer(page)
        .locator(f".sa-{side} .sa-token")
        .evaluate_all(
            """tokens => tokens.map((token) => {
              const { left, top } = token.closest(".sa-sheet").getBoundingClientRect();
              const { x, y, width, height } = token.getBoundingClientRect();
              return { x: x - left, y: y - top, width, height };
            })"""
        )
    )


def test_tokens_stand_in_rows_above_and_below(looked: Page):
    columns = viewer(looked).locator(".sa-query .sa-token").all_inner_texts()
    in_rows(looked)
    assert viewer(looked).locator(".sa-query .sa-token").all_inner_texts() == columns
    above, below = boxes(looked, "query"), boxes(looked, "key")
    for row in (above, below):
        assert len({round(box["y"]) for box in row}) == 1
        assert all(b["x"] >= a["x"] + a["width"] for a, b in zip(row, row[1:], strict=False))
    assert below[0]["y"] > above[0]["y"] + 150
    height = viewer(looked).locator("canvas").evaluate("canvas => canvas.clientHeight")
    assert above[0]["y"] >= 0 and below[0]["y"] + below[0]["height"] <= height + 1
    assert colours(viewer(looked).locator("canvas")) > 20
    with drawing(looked, view="head"):
        viewer(looked).locator(".sa-key .sa-token").nth(2).click()
    assert (selection(looked)["token"], selection(looked)["side"]) == (2, "key")
    looked.keyboard.press("ArrowRight")
    expect(viewer(looked).locator(".sa-key .sa-token").nth(3)).to_be_focused()
    in_rows(looked, rows=False)
    assert len({round(box["x"]) for box in boxes(looked, "query")}) == 1


def test_an_eojeol_stays_together_and_no_syllable_is_split(page: Page):
    open_demo(page, "attention")
    choose(page, "Model", "SmolLM2 135M Instruct")
    show_attention(page, KOREAN)
    in_rows(page)
    tokens = viewer(page).locator(".sa-query .sa-token").all_inner_texts()
    syllables = {token.split()[0] for token in tokens}
    assert syllables == set(KOREAN.replace(" ", "")), "each piece shows its whole syllable"
    row = boxes(page, "query")
    gaps = [b["x"] - a["x"] - a["width"] for a, b in zip(row, row[1:], strict=False)]
    assert sum(gap > 5 for gap in gaps) == KOREAN.count(" ")
    assert viewer(page).locator(".sa-query .sa-joined").count() == len(tokens)


def test_a_picture_of_rows_has_its_tokens_in_rows(looked: Page):
    in_rows(looked)
    svg = viewer(looked).evaluate("element => StageAttention.svg(StageAttention.viewerOf(element))")
    places: dict[float, list[float]] = {}
    for node in minidom.parseString(svg).getElementsByTagName("text"):
        x, y = map(
            float, re.search(r"translate\(([\d.]+) ([\d.]+)\)", node.getAttribute("transform")).groups()
        )
        places.setdefault(y, []).append(x)
    count = viewer(looked).locator(".sa-query .sa-token").count()
    rows = [places[y] for y in sorted(places)][-2:]
    assert [len(row) for row in rows] == [count, count]
    assert all(row == sorted(row) for row in rows)


def test_the_form_of_the_picture_survives_another_text(shown: Page):
    in_rows(shown)
    show_attention(shown, "Another text.")
    assert selection(shown)["rows"] is True
    press(shown, "Show attention")
    assert selection(shown)["rows"] is True
