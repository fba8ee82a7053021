"""What a visitor does and sees, as small functions on a Playwright page."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from demos.links import from_fragment


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_gallery(page: Page, query: str = "") -> None:
    """Home, or where an old address of it leads."""
    page.goto(f"/{query}")
    page.locator(".stage-header").wait_for()


def open_demo(page: Page, slug: str) -> None:
    """The page of one demo."""
    page.goto(f"/{slug}")
    page.locator(".stage-card:visible h2").wait_for()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).locator("visible=true").click()


@contextmanager
def answering(page: Page) -> Iterator[None]:
    """At its end, wait for the answer to what was asked inside: the one that a page opens with is not it."""
    before = page.evaluate("answered")
    yield
    page.wait_for_function("before => answered > before", arg=before)
    laid_out(page)


def laid_out(page: Page | Frame) -> None:
    """Wait until what the page's scripts have changed so far is laid out."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@contextmanager
def about(what: str) -> Iterator[None]:
    """A failure inside says what it was about, where one page is asked for many things."""
    try:
        yield
    except Exception as error:
        error.add_note(f"It was about {what}.")
        raise


def wait_until(condition: Callable[[], object], why: str = "") -> None:
    """Wait for what is no state of a single element; `condition` asks the page anew."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, why
        time.sleep(0.05)


def state_in(address: str) -> dict[str, Any]:
    """The form and the view that an address carries; empty if none."""
    fragment = address.partition("#state=")[2]
    return json.loads(from_fragment(fragment)) if fragment else {}


def wait_until_unfolded(page: Page) -> None:
    """Wait until what an accordion has just shown keeps what is typed: at its first opening, Gradio gives its
    fields their first values once more, a frame or two later."""
    laid_out(page)
    laid_out(page)


def open_bertviz(page: Page) -> None:
    """The attention viewer, once its link to BertViz's drawing has been read."""
    open_demo(page, "attention?draw=bertviz")
    expect(page.get_by_label("Drawn by", exact=True)).to_have_value("BertViz: head view")


def wait_until_written(page: Page) -> None:
    """Wait until nothing grows any more: until then, pressing the same button again does nothing."""
    expect(page.locator(".stage-stop[data-running]:visible")).to_have_count(0)


def stop_writing(page: Page) -> None:
    """Press Stop if something is still being written: a short text may have ended by itself."""
    running = page.locator(".stage-stop[data-running]:visible")
    running.evaluate_all("buttons => buttons.forEach((button) => button.click())")
    wait_until_written(page)


def choose(page: Page, label: str, option: str) -> None:
    """Choose from one of Gradio's dropdowns."""
    box = page.get_by_label(label, exact=True).locator("visible=true")
    box.evaluate("element => element.scrollIntoView({ block: 'center' })")  # its list needs room
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def badge(page: Page) -> Locator:
    return page.locator(".stage-badge p:visible")


def headline(page: Page) -> Locator:
    """The sentence with which an answer begins."""
    return page.locator(".stage-headline:visible")


def refusal(page: Page) -> Locator:
    """Why there is no answer, in its place on a task's page."""
    return page.locator(".task-withheld[role=alert]:visible")


def toast(page: Page) -> Locator:
    """The text of an error message, without its title; a note that a model is being loaded is none."""
    return page.locator(".toast-body.error").get_by_test_id("toast-text")


def dismiss(page: Page) -> None:
    """Close the error message."""
    page.locator(".toast-body.error").get_by_test_id("toast-close").click()
    expect(toast(page)).to_have_count(0)


def written(page: Page) -> Locator:
    """Where generated text appears."""
    return page.locator(".task-written:visible")


def bertviz_frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.stage-frame:visible")


def viewer(page: Page) -> Locator:
    """The attention viewer, once it has drawn."""
    return page.locator(".stage-attention[data-state=ready]")


def selection(page: Page) -> dict[str, Any]:
    return viewer(page).evaluate("element => StageAttention.selection(element)")


def status(page: Page) -> Locator:
    """The viewer's line about what the visitor points at."""
    return viewer(page).locator(".sa-status")


@contextmanager
def drawing(page: Page, **detail: Any) -> Iterator[None]:
    """Wait until what is done inside has been drawn: `view`, `layer`, and any field of the selection."""
    before = page.evaluate("drawings.length")
    yield
    page.wait_for_function(
        "([before, detail]) => drawings.slice(before).some("
        "  (drawn) => Object.keys(detail).every((name) => drawn[name] === detail[name]))",
        arg=[before, detail],
    )


def drawn(page: Page, **detail: Any) -> None:
    """Wait until a drawing with these details is there, also one that was there before."""
    page.wait_for_function(
        "detail => drawings.some("
        "  (drawn) => Object.keys(detail).every((name) => drawn[name] === detail[name]))",
        arg=detail,
    )


def open_view(page: Page, view: str) -> None:
    with drawing(page, view=view):
        viewer(page).locator(f'[data-view="{view}"]').click()


def kept_view(page: Page, text: str) -> Page:
    """The viewer's page with a text drawn, whose first view `bring_back_view` brings back."""
    open_demo(page, "attention")
    show_attention(page, text)
    viewer(page).evaluate("element => { window.kept = { ...StageAttention.viewerOf(element).state }; }")
    return page


def bring_back_view(page: Page) -> None:
    """Look again at what was kept, whatever was chosen in the viewer since; the mouse points at nothing."""
    page.mouse.move(0, 0)
    with drawing(page, view="head"):
        viewer(page).evaluate(
            """element => {
              const viewer = StageAttention.viewerOf(element);
              const nothing = Object.keys(viewer.state).map((name) => [name, undefined]);
              viewer.change({ ...Object.fromEntries(nothing), ...kept });
            }"""
        )
    assert viewer(page).evaluate(
        """element => {
          const now = StageAttention.viewerOf(element).state;
          return Object.keys(kept).every((name) => JSON.stringify(kept[name]) === JSON.stringify(now[name]));
        }"""
    )


def colours(canvas: Locator) -> int:
    """How many different colours a canvas shows; an empty one shows one."""
    return canvas.evaluate(
        """canvas => new Set(new Uint32Array(
             canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )


def show_attention(page: Page, text: str, pair: str = "") -> None:
    """Fill the viewer's form, press its button and wait for the drawing."""
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_label("Second text (optional)").fill(pair)
    with drawing(page, text=text, text_pair=pair):
        press(page, "Show attention")


def call(gallery: str, name: str, **fields: Any) -> dict[str, Any]:
    """What the API answers: the numbers that the pictures are measured against."""
    start = _json(f"{gallery}/gradio_api/call/v2/{name}", json.dumps(fields).encode())
    with urllib.request.urlopen(f"{gallery}/gradio_api/call/{name}/{start['event_id']}") as answer:
        lines = answer.read().decode().splitlines()
    assert "event: complete" in lines, lines
    return json.loads(lines[lines.index("event: complete") + 1].removeprefix("data: "))[0]


def _json(url: str, body: bytes) -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
