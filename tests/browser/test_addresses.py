"""The address carries what the page shows: Back, Forward, reload and a copied link bring it back."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from demos.links import to_fragment
from tests.browser.steps import (
    answering,
    badge,
    drawing,
    drawn,
    open_demo,
    press,
    selection,
    state_in,
    wait_until,
    wait_until_unfolded,
)

TEXT = "An awful, boring film."
FIRST = "A warm, funny film that never wastes a minute."


def state_is_in_the_address(page, before=""):
    expect(page).to_have_url(re.compile("#state=1"))
    page.wait_for_function("before => location.href !== before", arg=before)
    return page.url


def test_back_forward_and_reload_bring_back_what_was_asked(open_page):
    page = open_page()
    open_demo(page, "sentiment")
    box = page.get_by_label("Text", exact=True)
    expect(page.locator(".stage-recorded")).to_contain_text("press Run to run it here")
    expect(box).to_have_value(FIRST)
    box.fill(TEXT)
    press(page, "Run")
    first = state_is_in_the_address(page)
    press(page, "Wrong: irony")
    second = state_is_in_the_address(page, first)
    irony = box.input_value()

    page.go_back()
    expect(box).to_have_value(TEXT)
    page.go_back()
    expect(box).to_have_value(FIRST)
    page.go_forward()
    expect(box).to_have_value(TEXT)
    page.go_forward()
    expect(box).to_have_value(irony)
    assert page.url == second
    page.reload()
    expect(box).to_have_value(irony)
    expect(page.locator(".stage-recorded")).to_be_visible()
    assert page.url == second


def test_a_copied_link_opens_the_layer_and_the_token_that_were_looked_at(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    open_demo(page, "attention")
    layer = page.get_by_label("Layer", exact=True)
    press(page, "Two sentences")
    state_is_in_the_address(page)
    with drawing(page, layer=4):
        layer.select_option("4")
    press(page, "Copy link")
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")

    other = open_page()
    other.goto(link)
    expect(other.get_by_label("Layer", exact=True)).to_have_value("4")
    expect(other.get_by_label("Text", exact=True)).to_have_value("The cat sat on the mat.")


@pytest.mark.parametrize(
    ("slug", "ask", "text", "shown"),
    [
        ("translation", "Run", "The patient must not take this medicine.", ".task-copied:visible"),
        (
            "trial",
            "Put on trial",
            "Bonjour le monde entier",
            "#trial-weights input:visible",
        ),
    ],
)
def test_a_link_and_a_saved_page_show_what_was_withheld_if_its_maker_saw_it(
    open_page, tmp_path, slug: str, ask: str, text: str, shown: str
):
    page = open_page(accept_downloads=True)
    open_demo(page, slug)
    page.get_by_label("Text", exact=True).fill(text)
    with answering(page):
        press(page, ask)
    expect(page.locator(shown)).to_have_count(0)
    page.get_by_text("Show anyway", exact=True).locator("visible=true").click()
    expect(page.locator(shown).first).to_be_visible()
    page.get_by_text("What this does not show").click()

    def unfolded() -> set[str]:
        return set(state_in(page.evaluate("location.href")).get("view", {}).get("open", ()))

    wait_until(lambda: {"Show anyway", "What this does not show"} <= unfolded(), "not in the address")

    other = open_page()
    other.goto(page.evaluate("location.href"))
    expect(other.locator(shown).first).to_be_visible()
    expect(other.locator(".stage-limits .label-wrap")).to_have_class(re.compile("open"))

    with page.expect_download() as download:
        press(page, "Save")
    download.value.save_as(tmp_path / "saved.html")
    other.goto((tmp_path / "saved.html").as_uri())
    expect(other.locator(shown).first).to_be_visible()


def test_a_link_speaks_of_the_answer_that_is_shown_not_of_what_was_typed_since(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    open_demo(page, "sentiment")
    expect(page.locator(".stage-recorded")).to_be_visible()
    page.get_by_label("Text", exact=True).fill("Never asked.")
    expect(page.locator(".stage-stale")).to_be_visible()
    press(page, "Copy link")
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert state_in(link)["inputs"]["text"] == FIRST


def test_a_link_carries_the_lines_of_a_training(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    open_demo(page, "watch-it-learn")
    page.get_by_label("Lines").locator("visible=true").fill("one line\nanother <b>line</b>")
    press(page, "Copy link")
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    other = open_page()
    other.goto(link)
    expect(other.get_by_label("Lines").locator("visible=true")).to_have_value("one line\nanother <b>line</b>")


def test_a_changed_prompt_is_not_linked_as_if_it_were_scored(open_page):
    page = open_page()
    open_demo(page, "prompt")
    expect(page.locator(".stage-recorded").first).to_be_visible()
    page.get_by_label("text", exact=True).fill("Never asked.")
    expect(page.locator(".stage-stale").first).to_be_visible()
    for button in ("Copy link", "Save"):
        press(page, button)
        expect(page.locator(".stage-tools")).to_contain_text("ask again first")
        expect(page.locator(".stage-tools")).not_to_contain_text("ask again first")


def test_back_brings_back_what_an_example_replaced(open_page):
    page = open_page()
    open_demo(page, "sentiment")
    box = page.get_by_label("Text", exact=True)
    box.press_sequentially(" Typed, not asked.")
    press(page, "Blame")
    state_is_in_the_address(page)
    page.go_back()
    page.go_back()
    expect(box).to_have_value(FIRST + " Typed, not asked.")


def test_back_brings_back_the_draft_that_an_example_replaced(open_page):
    page = open_page()
    open_demo(page, "prompt")
    page.get_by_text("Edit the task").click()
    wait_until_unfolded(page)
    box = page.get_by_label("Instruction", exact=True)
    box.press_sequentially(" Mine.")
    press(page, "Topic")
    expect(box).not_to_have_value(re.compile("Mine"))
    expect(page.locator(".stage-chips")).to_contain_text("Topic:")  # what follows loads the page anew
    expect(page.locator(".stage-stale")).to_have_count(0)
    page.go_back()
    page.get_by_text("Edit the task").click()
    expect(page.get_by_label("Instruction", exact=True)).to_have_value(re.compile("Mine[.]$"))


def link(inputs: object, view: object = None) -> str:
    return "#state=" + to_fragment(json.dumps({"inputs": inputs, "view": view or {}}))


UNPACK_LATE = """
  const Plain = DecompressionStream;
  window.DecompressionStream = function (format) {
    const until = new Promise((done) => (window.unpack = done));
    const held = new TransformStream({
      async transform(piece, out) {
        await until;
        out.enqueue(piece);
      },
    });
    return { writable: held.writable, readable: held.readable.pipeThrough(new Plain(format)) };
  };
"""


def test_the_first_answer_does_not_overwrite_a_link_that_is_not_read_yet(open_page):
    page = open_page()
    page.add_init_script(UNPACK_LATE)
    page.goto("/sentiment" + link({"text": TEXT}))
    expect(badge(page)).to_be_visible()
    page.wait_for_function("() => Boolean(window.unpack)")
    page.evaluate("StageLink.look({ open: [] })")  # as a drawing does, when the first answer is there
    page.wait_for_timeout(800)  # twice what it takes until the address is written
    page.evaluate("unpack()")
    expect(page.get_by_label("Text", exact=True)).to_have_value(TEXT)
    expect(page.locator(".stage-stale")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/sentiment#state=1.kaputt", "damaged"),
        ("/sentiment#state=1." + "A" * 9000, "longer than any"),
        ("/sentiment" + link({"prompt": "x"}), "another demo"),
        ("/sentiment" + link({"text": ["<script>alert(1)</script>"]}), "text"),
        ("/sentiment" + link({"text": TEXT, "model": "a-hub/model"}), "not offered here"),
    ],
)
def test_a_link_that_cannot_be_shown_says_so_and_the_page_stays_usable(open_page, address, said):
    page = open_page()
    page.goto(address)
    expect(page.locator(".toast-body").first).to_contain_text(said)
    box = page.get_by_label("Text", exact=True)
    expect(box).to_have_value(TEXT if "not offered" in said else FIRST)
    box.fill("A fine film.")
    press(page, "Run")
    expect(page.locator(".stage-stale")).to_have_count(0)


# An example, whose answer is recorded: a model that is loaded first can take a minute on a busy machine.
PAIR = {"text": "The cat sat on the mat.", "text_pair": "It fell asleep there.", "model": "minilm"}


def test_a_layer_that_is_not_there_becomes_the_nearest(open_page):
    page = open_page()
    view = {"attention": {"view": "nonsense", "layer": 99, "head": -5, "token": 1e9, "map": "<b>"}}
    page.goto("/attention" + link(PAIR, view))
    drawn(page, **PAIR)  # until then the page's own picture stands there, at its own layer
    expect(page.get_by_label("Layer", exact=True)).to_have_value("5")


# What a page opens with is drawn late: after the link's answer was asked for, and before it is there.
DRAWN_LATE = """
  const event = (name, then) => document.addEventListener(name, then, { once: true });
  let isAsked = false;
  const asked = new Promise((done) => event("stage-asked", () => done((isAsked = true))));
  const drawn = new Promise((done) => event("stage-drawn", done));
  const send = window.fetch;
  window.fetch = async (...what) => {
    if (isAsked && String(what[0]).includes("/queue/join")) await drawn;
    return send(...what);
  };
  const read = Response.prototype.arrayBuffer;
  Response.prototype.arrayBuffer = async function () {
    const bytes = await read.call(this);
    if (bytes.byteLength > 1000) await asked; // a layer's weights, not the address's state
    return bytes;
  };
"""


def test_a_link_looks_at_its_own_answer_though_the_pages_own_is_drawn_late(open_page):
    page = open_page()
    page.add_init_script(DRAWN_LATE)
    view = {"attention": {"view": "matrix", "layer": 4, "head": 7, "token": 2, "side": "query"}}
    page.goto("/attention" + link(PAIR, view))
    drawn(page, **PAIR, view="matrix", layer=4)
    seen = selection(page)
    assert {name: seen[name] for name in view["attention"]} == view["attention"]
    texts = page.evaluate("drawings.map(({ text }) => text)")
    assert texts[0] != PAIR["text"], "the page's own picture was to be drawn first"
