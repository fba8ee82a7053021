"""The prompt builder as a visitor uses it: from nothing to a curve, and nothing typed is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    about,
    answering,
    choose,
    dismiss,
    headline,
    open_demo,
    open_gallery,
    press,
    toast,
    wait_until_unfolded,
    wait_until_written,
)
from tests.prompting.fake_server import piece, running, stream, whole

EDIT = "Edit the task: instruction, template, labels, shots"
IMPORT = "Import shots or test rows (CSV, JSON Lines)"
SERVER = "Ask another server (OpenAI-compatible, or Hugging Face Inference)"


STOP_AT_THE_FIRST_WORDS = """box => new Promise((done) => {
  const look = () => {
    if (/^ ?(positive|negative)?$/.test(box.value)) return requestAnimationFrame(look);
    document.querySelector(".stage-stop[data-running]").click();
    done();
  };
  look();
})"""


@pytest.fixture
def page(open_page) -> Page:
    return open_page()


def unfold(page: Page, name: str) -> None:
    """Open an accordion, whose name ends with an arrow."""
    page.get_by_role("button", name=name).locator("visible=true").click()
    wait_until_unfolded(page)


def remembered(page: Page) -> str:
    return page.evaluate("localStorage.getItem('stage-prompt-draft') ?? ''")


def wait_until_remembered(page: Page, text: str) -> None:
    page.wait_for_function(
        "(text) => (localStorage.getItem('stage-prompt-draft') ?? '').includes(text)", arg=text
    )


def begin_empty(page: Page) -> None:
    open_demo(page, "prompt")
    unfold(page, EDIT)
    press(page, "Begin with an empty task")
    expect(page.get_by_label("Instruction", exact=True)).to_have_value("")


def box(page: Page, label: str):
    return page.get_by_label(label, exact=True).locator("visible=true")


def type_in(page: Page, label: str, text: str) -> None:
    box(page, label).fill(text)
    box(page, label).blur()


def bring(page: Page, path: Path, button: str, told: str) -> None:
    expect(page.get_by_role("button", name=button)).to_be_disabled()  # the file before has been taken
    page.locator("input[type=file][accept*=ndjson]").set_input_files(path)
    expect(page.get_by_role("button", name=button)).to_be_enabled()
    press(page, button)
    expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()


def rows(path: Path, numbers: range, more: str = "") -> Path:
    lines = [f"Is {n} an even number?,{'no' if n % 2 else 'yes'}" for n in numbers]
    path.write_text("\n".join(["Question,Gold", *lines]) + "\n" + more, encoding="utf-8")
    return path


def test_from_an_empty_page_to_a_curve_over_own_rows(page: Page, tmp_path: Path):
    begin_empty(page)
    type_in(page, "Template", "Q: {question}\nA: {label}")
    expect(box(page, "question")).to_be_visible()
    unfold(page, IMPORT)
    bring(
        page, rows(tmp_path / "s.csv", range(4), "broken\n"), "Add to the shots", "4 rows added to the shots"
    )
    expect(page.locator(".stage-problems")).to_have_text("Line 6: 1 cell instead of 2.")
    expect(box(page, "Labels (label: word, other word)")).to_have_value("yes: yes\nno: no")
    bring(page, rows(tmp_path / "r.csv", range(10, 14)), "Add to the test rows", "4 rows added to the test")
    type_in(page, "question", "Is 7 an even number?")
    expect(page.locator(".stage-chips")).to_contain_text("number?")
    wait_until_remembered(page, "Is 13 an even number?")

    open_demo(page, "prompt-experiments")
    choose(page, "Task", "My own, from the prompt builder")
    press(page, "Run the experiment")
    expect(page.get_by_text("4 of 4 conditions done")).to_be_visible()
    expect(page.locator(".stage-caption:visible")).to_contain_text("4 test rows")
    unfold(page, "The numbers as JSON")
    expect(page.locator(".cm-content:visible")).to_contain_text('"experiment": "k_curve"')


def test_nothing_typed_is_lost_on_reload_right_or_wrong(page: Page):
    open_demo(page, "prompt")
    type_in(page, "text", "A film <b>like</b> no other 영화")
    unfold(page, EDIT)
    type_in(page, "Template", "Review: {text")
    expect(page.get_by_text("Not a prompt yet. The template's braces do not match")).to_be_visible()
    wait_until_remembered(page, "Review: {text")
    page.reload()
    expect(box(page, "text")).to_have_value("A film <b>like</b> no other 영화")
    unfold(page, EDIT)
    expect(box(page, "Template")).to_have_value("Review: {text")


def test_the_saved_task_is_the_one_that_stands_there(page: Page, tmp_path: Path):
    open_demo(page, "prompt")
    unfold(page, EDIT)
    for wording in ("First wording.", "Second wording."):
        type_in(page, "Instruction", wording)
        with page.expect_download() as download:
            press(page, "Save the task (JSON)")
        download.value.save_as(tmp_path / "task.json")
        assert wording in (tmp_path / "task.json").read_text(encoding="utf-8")


def test_an_empty_task_keeps_no_old_answer(page: Page):
    open_demo(page, "prompt")
    with answering(page):  # otherwise it may come after the task has gone
        press(page, "Score the labels")
    expect(page.locator(".stage-labels:visible")).to_be_visible()
    unfold(page, EDIT)
    press(page, "Begin with an empty task")
    expect(page.get_by_text("Not a prompt yet.")).to_be_visible()
    expect(page.locator(".stage-labels:visible")).to_have_count(0)


def test_a_shot_is_typed_into_a_new_row(page: Page):
    begin_empty(page)
    type_in(page, "Labels (label: word, other word)", "up: up\ndown: down")
    for column, typed in enumerate(("Prices rose", "up")):
        cell = page.get_by_test_id(f"cell-0-{column}").first
        cell.dblclick()
        expect(cell.locator("textarea, input")).to_be_focused()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(cell).to_contain_text(typed)
    type_in(page, "text", "Prices fell")
    expect(page.locator(".stage-chips")).to_contain_text("rose")
    press(page, "Add a shot")
    expect(page.get_by_test_id("cell-1-0").first).to_be_visible()
    expect(page.get_by_test_id("cell-0-0").first).to_contain_text("Prices rose")


def test_experiments_without_an_own_task_say_so(page: Page):
    open_demo(page, "prompt-experiments")
    choose(page, "Task", "My own, from the prompt builder")
    press(page, "Run the experiment")
    expect(toast(page)).to_contain_text("There is no task of your own yet.")


def test_a_link_carries_the_prompt_and_leaves_the_readers_own_draft(page: Page, open_page):
    open_gallery(page, "prompt")
    expect(box(page, "text")).not_to_have_value("")
    type_in(page, "text", 'Shared "words" & <i>marks</i>')
    press(page, "Make a link that carries this prompt")
    made = made_link(page)
    expect(made).to_have_value(a_link())
    link = made.input_value()

    reader = open_page()
    open_gallery(reader, "prompt")
    expect(box(reader, "text")).not_to_have_value("")
    type_in(reader, "text", "My own words")
    wait_until_remembered(reader, "My own words")
    reader.goto("about:blank")
    reader.goto(link)
    expect(box(reader, "text")).to_have_value('Shared "words" & <i>marks</i>')
    type_in(reader, "text", "Changed under the link")
    reader.wait_for_function("(localStorage.getItem('stage-prompt-linked') ?? '').includes('Changed under')")
    assert "My own words" in remembered(reader)
    reader.reload()
    expect(box(reader, "text")).to_have_value("Changed under the link")
    open_demo(reader, "prompt")
    expect(box(reader, "text")).to_have_value("My own words")


def made_link(page: Page):
    """Its label belongs to the copy button, so it is found by its text."""
    return page.locator("label:visible", has_text="Link: who opens it").locator("textarea, input")


def a_link():
    return re.compile(r"^http://127\.0\.0\.1:\d+/prompt#prompt=1\.[\w-]+$")


def test_what_is_typed_before_the_page_is_ready_is_kept(page: Page):
    page.add_init_script(
        "const real = setTimeout; window.setTimeout = (f, ms, ...more) =>"
        " real(f, String(f).includes('restore(') ? 3000 : ms, ...more)"
    )
    open_demo(page, "prompt")
    type_in(page, "text", "Typed early")
    assert not remembered(page)
    wait_until_remembered(page, "Typed early")


def test_a_damaged_link_says_so_and_costs_no_draft(page: Page):
    open_demo(page, "prompt")
    type_in(page, "text", "Kept")
    wait_until_remembered(page, "Kept")
    page.goto("about:blank")
    page.goto("/prompt#prompt=1.abcd")
    expect(toast(page)).to_contain_text("damaged")
    dismiss(page)
    assert "Kept" in remembered(page)


NOT_SCORED = [
    ("Template", "Review: {text}", "{label} 0 times"),
    ("Template", "Review: {text} {sort} {label}", "field 'sort' of shot 1 is empty"),
    ("Labels (label: word, other word)", "positive: good\nnegative: good", "has the word 'good'"),
    ("Labels (label: word, other word)", "positive: a\npositive: b", "there twice"),
    ("text", "", "The query is empty"),
    ("text", "long " * 9000, "tokens"),
]


def test_what_cannot_be_scored_is_said_and_stays(page: Page):
    open_demo(page, "prompt")
    unfold(page, EDIT)
    for label, typed, problem in NOT_SCORED:
        with about(f"{label}: {typed[:60]!r}"):
            before = box(page, label).input_value()
            type_in(page, label, typed)
            press(page, "Score the labels")
            expect(toast(page).filter(has_text=problem).first).to_be_visible()
            expect(box(page, label)).to_have_value(typed)
            page.locator(".toast-body").get_by_test_id("toast-close").first.click()
            expect(toast(page)).to_have_count(0)
            type_in(page, label, before)


def test_another_server_writes_and_its_key_is_kept_nowhere(page: Page):
    key = "sk-visitors-own-key-0123456789"
    with running() as server:
        server.answer = stream(piece("Hello <b>there"), piece(f" {key}", "stop"))
        open_demo(page, "prompt")
        unfold(page, SERVER)
        box(page, "Address, empty for Hugging Face Inference").fill(server.url)
        box(page, "Model, by its name there").fill("tiny")
        box(page, "Key").fill(key)
        press(page, "Let it write")
        expect(page.locator(".stage-written")).to_contain_text("Hello <b>there")
        expect(page.get_by_text("Not one of this gallery's checkpoints.")).to_be_visible()
        assert key not in page.locator(".stage-written").inner_text()
        assert server.asked[0][1]["Authorization"] == f"Bearer {key}"
        press(page, "Make a link that carries this prompt")
        expect(made_link(page)).not_to_have_value("")
        assert key not in made_link(page).input_value()
        assert key not in page.evaluate("JSON.stringify(localStorage)")

        server.answer = whole(401, {"error": {"message": f"bad key {key}"}})
        wait_until_written(page)
        press(page, "Let it write")
        expect(toast(page)).to_contain_text("key")
        assert key not in toast(page).inner_text()
        expect(box(page, "Model, by its name there")).to_have_value("tiny")


def test_what_is_taken_away_is_what_was_asked(page: Page, tmp_path: Path):
    open_demo(page, "prompt")
    type_in(page, "text", 'Oddly </script> "quoted" film')
    unfold(page, "Take it away: Python, cURL, Markdown, JSON, web page")
    for form, mark in (
        ("Python, gives the same scores", "from transformers import"),
        ("Markdown, for a slide", "| label |"),
        ("Web page in one file", "<!doctype html>"),
    ):
        page.get_by_label(form).check()
        press(page, "Make it")
        expect(page.locator(".cm-content:visible")).to_contain_text(
            re.compile(re.escape(mark), re.IGNORECASE)
        )
        with page.expect_download() as download:
            press(page, "Save it as a file")
        download.value.save_as(tmp_path / "file")
        text = (tmp_path / "file").read_text(encoding="utf-8")
        assert mark.lower() in text.lower()
        assert ("</script>" not in text) == (form == "Web page in one file")


def test_variants_of_an_own_task_are_compared(page: Page):
    open_demo(page, "prompt")
    unfold(page, EDIT)
    type_in(page, "Template", "Film talk: {text}\nVerdict: {label}")
    wait_until_remembered(page, "Film talk")
    open_demo(page, "prompt-variants")
    choose(page, "Task", "My own, from the prompt builder")
    unfold(page, "Edit the wordings and the inputs")
    expect(page.locator("table:visible").first).to_contain_text("Film talk: {text}")
    press(page, "Add a variant")
    expect(page.get_by_text("Variant 4")).to_be_visible()
    press(page, "Ask all variants")
    expect(page.locator(".stage-matrix:visible thead th")).to_have_count(5)


def test_shots_in_columns_and_a_text_that_can_be_stopped(page: Page):
    open_demo(page, "prompt")
    press(page, "0 to 8 shots")
    expect(page.locator(".stage-labels:visible thead th")).to_have_text([f"k = {k}" for k in (0, 1, 2, 4, 8)])
    # The answer of the task's own row, and no question of the model's own behind it.
    press(page, "Write")
    written = page.locator("label:visible", has_text="What the model writes").locator("textarea")
    expect(page.get_by_text("where the template's next part would begin")).to_be_visible()
    said = re.compile("^The model wrote “(positive|negative)”: (right|wrong)")
    expect(headline(page).filter(has_text=said)).to_be_visible()
    assert written.input_value().strip() in ("positive", "negative")
    choose(page, "Format", "Chat, one message")
    unfold(page, EDIT)
    type_in(page, "Template", "Tell me a very long story about this: {text} {label}")
    wait_until_written(page)
    press(page, "Write")
    written.evaluate(STOP_AT_THE_FIRST_WORDS)  # the text is short: at the next frame
    expect(page.get_by_text("Stopped by you.")).to_be_visible()
    kept = written.input_value()
    page.wait_for_timeout(1500)
    assert kept and written.input_value() == kept
