"""Whatever is typed gives a picture or a clear sentence, is never run, and does no harm to what follows."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import (
    about,
    answering,
    badge,
    bertviz_frame,
    colours,
    dismiss,
    open_bertviz,
    open_demo,
    open_view,
    press,
    refusal,
    status,
    toast,
    viewer,
    wait_until_written,
    written,
)

MARKUP = '</script><img src=x onerror="window.hacked=1">'
NORMAL = "A plain sentence."

REFUSED = {
    "empty": ("", "is empty"),
    "spaces": (" \t  ", "is empty"),
    "100,001 characters": ("a " * 50_000 + "b", "100,001 characters; the limit is 100,000"),
    "lone surrogate": ("good \ud83d bad", "half of a surrogate pair"),
}
DRAWN = {
    "100,000 characters": "a " * 49_999 + "bc",
    "control characters": "bell \x07 and \x1b[31m escape \x00 null",
    "10,000 emoji": "\N{GRINNING FACE}" * 10_000,
    "markup": MARKUP,
    "templates": "{{7*7}} and ${7*7} and {% raw %}",
    "right-to-left override": "safe \u202egnp.exe\u202c \u2066end\u2069",
    "a very long word": "x" * 5_000,
    "a null-like word": "null undefined NaN",
}


def type_in(page: Page, label: str, text: str) -> Locator:
    """Put `text` into a box by script: typing cannot make half a character."""
    box = page.get_by_label(label, exact=True).locator("visible=true")
    box.evaluate(
        """(box, units) => {
          box.value = units.map((unit) => String.fromCharCode(unit)).join("");
          box.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        _units(text),
    )
    return box


def _units(text: str) -> list[int]:
    raw = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(raw[i : i + 2], "little") for i in range(0, len(raw), 2)]


def expect_unharmed(page: Page, box: Locator, text: str) -> None:
    """Nothing typed has run in any frame, and the box still holds what was typed."""
    assert [frame.evaluate("window.hacked") for frame in page.frames] == [None] * len(page.frames)
    assert page.locator('img[src="x"]').count() == 0
    same = "(box, units) => box.value === units.map((unit) => String.fromCharCode(unit)).join('')"
    assert box.evaluate(same, _units(text)), "the box lost what was typed"


def expect_refusals(
    page: Page, label: str, button: str, refused: dict[str, tuple[str, str]], in_place: bool = False
) -> None:
    """Each text gets an error message that says what is wrong and what to do, in sentences; a task's page has
    it in the place of the answer."""
    for text, sentence in refused.values():
        box = type_in(page, label, text)
        press(page, button)
        message = refusal(page) if in_place else toast(page)
        expect(message).to_contain_text(sentence)
        said = message.inner_text()
        assert re.fullmatch(r"[^.]+\. .+\.", said, re.DOTALL) and "Traceback" not in said, said
        if not in_place:
            dismiss(page)  # before what takes long: it goes by itself
        expect_unharmed(page, box, text)
        wait_until_written(page)


# The attention viewer


def attention_works(page: Page, text: str) -> None:
    box = type_in(page, "Text", text)
    press(page, "Show attention")
    page.wait_for_function("text => drawings.some((drawn) => drawn.text === text)", arg=text)
    expect(badge(page)).to_be_visible()
    assert colours(viewer(page).locator("canvas")) > 20
    assert viewer(page).locator(".sa-query .sa-token").count() >= 3
    assert viewer(page).locator(".sa-query .sa-token *").count() == 0, "a token has become markup"
    expect(toast(page)).to_have_count(0)
    expect_unharmed(page, box, text)


def test_the_viewer_refuses_what_cannot_be_read(page: Page):
    open_demo(page, "attention")
    expect_refusals(page, "Text", "Show attention", REFUSED)
    attention_works(page, NORMAL)


def test_the_viewer_draws_whatever_else_is_typed(page: Page):
    open_demo(page, "attention")
    for name, text in DRAWN.items():
        with about(name):
            attention_works(page, text)
    attention_works(page, NORMAL)


def test_hostile_tokens_stay_text_in_every_view(page: Page):
    open_demo(page, "attention")
    attention_works(page, MARKUP)
    for view in ("model", "matrix", "neuron", "flow", "head"):
        open_view(page, view)
        viewer(page).locator(".sa-scroll").hover()
        assert colours(viewer(page).locator("canvas")) > 20
    viewer(page).locator(".sa-query .sa-token").nth(5).hover()
    expect(status(page)).to_contain_text("attends to")
    expect_unharmed(page, page.get_by_label("Text", exact=True), MARKUP)


# Similarity

SENTENCES = "Sentences, one per line"


def similarity_works(page: Page, text: str) -> None:
    """`text` beside a plain sentence."""
    box = type_in(page, SENTENCES, f"{text}\n{NORMAL}")
    press(page, "Measure")
    expect(page.locator(".stage-heat th[scope=row] bdi").first).to_have_text(text.strip())
    assert page.locator(".stage-heat td[style]").all_inner_texts()[::3] == ["1.00", "1.00"]
    assert page.locator(".stage-heat bdi *").count() == 0, "a sentence has become markup"
    expect(toast(page)).to_have_count(0)
    expect_unharmed(page, box, f"{text}\n{NORMAL}")


def test_similarity_compares_whatever_is_typed(page: Page):
    open_demo(page, "similarity")
    for name in ("templates", "markup", "right-to-left override", "a null-like word"):
        with about(name):
            similarity_works(page, DRAWN[name])


def test_similarity_refuses_what_cannot_be_compared(page: Page):
    open_demo(page, "similarity")
    refused = {
        "empty": ("", "0 sentences given; the heat map needs 2 to 32"),
        "spaces": ("  \n \n", "0 sentences given"),
        "one": ("alone", "1 sentence given"),
        "forty": ("a\n" * 40, "40 sentences given"),
        "lone surrogate": (f"{NORMAL}\ngood \ud83d bad", "half of a surrogate pair"),
        "a very long word": (f"{NORMAL}\n" + DRAWN["a very long word"], "sentence 2: The text has nothing"),
        "100,001 characters": (f"{NORMAL}\n" + "a" * 100_001, "sentence 2: The text has 100,001 characters"),
        "100,000 characters": (f"{NORMAL}\n" + "a " * 49_999 + "bc", "sentence 2: The text has"),
        "emoji": ("\N{GRINNING FACE} " * 10_000 + f"\n{NORMAL}", "sentence 1: The text has"),
    }
    expect_refusals(page, SENTENCES, "Measure", refused, in_place=True)
    similarity_works(page, "Another sentence.")


# Generation


def few_tokens(page: Page) -> None:
    open_demo(page, "generate")
    number = page.get_by_label("number input for New tokens at most")
    number.fill("4")
    number.press("Enter")


def generation_works(page: Page, text: str) -> None:
    box = type_in(page, "Prompt", text)
    with answering(page):
        press(page, "Write")
    expect(badge(page)).to_contain_text(re.compile(r"\d tokens? in .*(ended here|stopped at the limit)"))
    assert written(page).inner_text().strip()
    expect(toast(page)).to_have_count(0)
    expect_unharmed(page, box, text)
    wait_until_written(page)


def test_generation_continues_whatever_is_typed(page: Page):
    few_tokens(page)
    for name in ("control characters", "markup", "templates", "right-to-left override"):
        with about(name):
            generation_works(page, DRAWN[name])


def test_generation_refuses_what_cannot_be_read(page: Page):
    few_tokens(page)
    long = (DRAWN["10,000 emoji"], "tokens and 4 are to be written")
    expect_refusals(page, "Prompt", "Write", REFUSED | {"10,000 emoji": long}, in_place=True)
    generation_works(page, NORMAL)


# BertViz


def bertviz_works(page: Page, text: str) -> None:
    page.locator("iframe").evaluate_all(
        "old => old.forEach((frame) => frame.classList.remove('stage-frame'))"
    )
    box = type_in(page, "Text", text)
    press(page, "Show attention")
    frame = bertviz_frame(page)
    frame.locator("html[data-state=ready]").wait_for(state="attached")
    assert frame.locator("#attention line").count() > 50
    assert frame.locator("img").count() == 0
    expect(toast(page)).to_have_count(0)
    expect_unharmed(page, box, text)


def test_bertviz_draws_whatever_is_typed(page: Page):
    open_bertviz(page)
    for name, text in DRAWN.items():
        if name not in ("100,000 characters", "10,000 emoji"):
            with about(name):
                bertviz_works(page, text)


def test_bertviz_refuses_what_cannot_be_drawn(page: Page):
    open_bertviz(page)
    many = (DRAWN["100,000 characters"], "shapes")
    expect_refusals(page, "Text", "Show attention", REFUSED | {"100,000 characters": many})
    bertviz_works(page, NORMAL)
