"""Talk mode: one answer fills the window, is moved by keys, and inside slides leaves them theirs."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, ViewportSize, expect

from demos.shell.load_demos import load_programme, working
from tests.browser.steps import answering, laid_out, open_demo, press, wait_until

SLUGS = [demo.INFO.slug for demo in working(load_programme())]
SIZES: dict[str, ViewportSize] = {
    "720p": {"width": 1280, "height": 720},
    "1080p": {"width": 1920, "height": 1080},
}
README = Path(__file__).parents[2] / "README.md"
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
          const step = () => document.querySelector("[data-stage-shown]");
          const size = () => JSON.stringify(step()?.getBoundingClientRect());
          for (let same = 0, before = ""; same < 4; ) {
            await new Promise((done) => setTimeout(() => requestAnimationFrame(done), 40));
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


def is_first(page: Page | Frame) -> bool:
    return [int(number) for number in re.findall(r"\d+", place(page))][::2] in ([], [1], [1, 1])


@pytest.mark.parametrize("slug", SLUGS)
def test_every_step_of_every_demo_is_whole_in_the_window(page: Page, slug: str):
    """Forwards on a small slide, backwards on a large one; then the page behind them."""
    ways = (("720p", "ArrowRight", is_last), ("1080p", "ArrowLeft", is_first))
    page.set_viewport_size(SIZES["720p"])
    talk(page, f"/{slug}?stage=1&theme=dark")
    for size, key, is_end in ways:
        page.set_viewport_size(SIZES[size])
        settled(page)
        for _ in range(40):
            assert page.evaluate(OUTSIDE) == [], (size, place(page))
            if is_end(page):
                break
            page.keyboard.press(key)
            settled(page)
        assert is_end(page)
    root = page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= innerWidth && root.scrollHeight <= innerHeight")
    assert page.locator(FORM).locator("visible=true").count() == 0
    expect(page.locator("body")).to_contain_class("dark")
    page.keyboard.press("Escape")
    page.locator("button.primary").first.wait_for()
    the_button_that_asks_covers_no_example(page)


def test_the_headline_is_larger_than_on_the_page_and_grows_with_the_window(page: Page):
    page.set_viewport_size(SIZES["720p"])
    open_demo(page, "sentiment")
    first = page.locator(".stage-headline:visible").first
    ordinary, text = font_size(page, ".stage-headline"), first.text_content()
    talk(page, "/sentiment?stage=1")
    assert (page.locator(".stage-talk-headline").text_content() or "").replace("\xa0", " ") == text
    small = font_size(page, ".stage-talk-headline")
    assert small >= LARGER * ordinary
    page.set_viewport_size(SIZES["1080p"])
    page.wait_for_function("width => innerWidth === width", arg=SIZES["1080p"]["width"])
    assert font_size(page, ".stage-talk-headline") == pytest.approx(1.5 * small)


def font_size(page: Page, selector: str) -> float:
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    return page.locator(selector).locator("visible=true").first.evaluate(size)


def test_entering_and_leaving_asks_the_server_nothing(page: Page):
    open_demo(page, "trial")
    page.locator("#trial-permute svg").first.wait_for()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    wait_until(lambda: quiet(page, asked), "the page goes on asking")
    page.keyboard.press("f")
    page.locator("[data-stage-shown]").wait_for()
    settled(page)
    page.keyboard.press("ArrowRight")
    settled(page)
    page.keyboard.press("Escape")
    expect(page.locator(".stage-header")).to_be_visible()
    assert asked == []
    assert "stage=" not in page.url


def quiet(page: Page, asked: list[str]) -> bool:
    """Whether nothing was asked for a while; the network is never idle, as Gradio awaits signs of life."""
    asked.clear()
    page.wait_for_timeout(1500)
    return not asked


def test_arrows_step_through_the_panels_then_the_examples(page: Page):
    talk(page, "/trial?stage=1")
    shown = page.locator("[data-stage-shown]")
    expect(shown).to_have_id("trial-weights")
    text = page.get_by_label("Text to put on trial").or_(page.locator("textarea")).first
    first = text.input_value()
    while not is_last(page):
        page.keyboard.press("PageDown")
        settled(page)
    expect(shown).to_have_id("trial-consistent")
    page.keyboard.press("ArrowRight")  # the second example
    expect(shown).to_have_id("trial-weights")
    page.wait_for_function("first => document.querySelector('textarea').value !== first", arg=first)
    page.keyboard.press("p")
    page.wait_for_function("first => document.querySelector('textarea').value === first", arg=first)


def test_up_and_down_change_the_layer_and_a_control_keeps_its_keys(page: Page):
    talk(page, "/attention?stage=1")
    layer = "StageAttention.selection(document.querySelector('.stage-attention-root')).layer"
    before = page.evaluate(layer)
    up = "ArrowUp" if before == 0 else "ArrowDown"
    page.keyboard.press(up)
    assert page.evaluate(layer) == before + (1 if up == "ArrowUp" else -1)
    talk(page, "/trial?stage=1")
    while page.locator("[data-stage-shown] input[type=range]:visible").count() == 0:
        page.keyboard.press("ArrowRight")
        settled(page)
    slider, here = page.locator("[data-stage-shown] input[type=range]").first, place(page)
    slider.focus()
    value = slider.input_value()
    page.keyboard.press("ArrowRight")
    assert (place(page), slider.input_value() != value) == (here, True)


PARENT = """<!DOCTYPE html><html><body><iframe src="{address}" width="1280" height="720"></iframe>
<script>
window.keys = [];
window.heard = 0;
addEventListener("keydown", (event) => keys.push(event.key));
addEventListener("message", ({{ data }}) => (heard += data.type === "all-sent"));
</script>
{listener}</body></html>"""


@pytest.fixture
def foreign(browser: Browser) -> Iterator[Page]:
    """A page that may open other hosts than the gallery."""
    context = browser.new_context(viewport={"width": 1400, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def slides(foreign: Page, gallery: str, tmp_path: Path) -> Iterator[Callable[[str], Frame]]:
    """Opens a page of another origin, with the README's listener, around a frame of the gallery."""
    listener = re.search(r"```html\n(<script>.*?</script>)\n```", README.read_text(encoding="utf-8"), re.S)
    assert listener
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(address: str) -> Frame:
        (tmp_path / "slides.html").write_text(
            PARENT.format(address=f"{gallery}{address}", listener=listener[1]), encoding="utf-8"
        )
        foreign.goto(f"http://127.0.0.1:{server.server_port}/slides.html")
        return foreign.frames[-1]

    yield show
    server.shutdown()
    server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def keys(page: Page) -> list[str]:
    """What the slides got, once all messages have arrived: the frame's last one comes after its others."""
    heard = page.evaluate("heard")
    laid_out(page.frames[-1])
    page.frames[-1].evaluate("parent.postMessage({ type: 'all-sent' }, '*')")
    page.wait_for_function("heard => window.heard > heard", arg=heard)
    return page.evaluate("keys.splice(0)")


def test_in_a_frame_the_slides_keep_their_keys(slides: Callable[[str], Frame], foreign: Page):
    page, frame = foreign, slides("/trial-rankings?stage=1")
    frame.locator("[data-stage-shown]").wait_for()
    settled(frame)
    page.keyboard.press("ArrowRight")
    assert keys(page) == ["ArrowRight"]
    frame.evaluate("window.focus()")  # the focus alone takes no keys
    page.keyboard.press("ArrowRight")
    assert keys(page) == ["ArrowRight"]
    frame.locator(".stage-talk-told").click()
    before = place(frame)
    page.keyboard.press("ArrowRight")
    settled(frame)
    assert (keys(page), place(frame) != before) == ([], True)
    page.keyboard.press("b")  # not used here
    assert keys(page) == ["b"]
    while not is_last(frame):
        page.keyboard.press("ArrowRight")
        settled(frame)
    assert keys(page) == []
    page.keyboard.press("ArrowRight")  # after the last step, and from now on
    assert keys(page) == ["ArrowRight"]
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    frame.locator(".stage-talk-told").click()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    assert keys(page) == ["ArrowLeft"]


def test_a_frame_can_be_given_the_keys_by_keyboard(slides: Callable[[str], Frame], foreign: Page):
    page, frame = foreign, slides("/trial-rankings?stage=1")
    frame.locator("[data-stage-shown]").wait_for()
    settled(frame)
    frame.get_by_role("button", name="The arrow keys step here").focus()
    page.keyboard.press("Enter")
    before = place(frame)
    page.keyboard.press("ArrowRight")
    settled(frame)
    assert (keys(page), place(frame) != before) == ([], True)


def test_an_embedded_page_tells_its_height(slides: Callable[[str], Frame], foreign: Page):
    frame = slides("/sentiment?embed=1")
    frame.locator(".task-answer:visible").first.wait_for()
    foreign.wait_for_function("parseInt(document.querySelector('iframe').style.height) > 0")
    frame.wait_for_function("document.documentElement.scrollHeight <= innerHeight")
    told = foreign.evaluate("document.querySelector('iframe').getBoundingClientRect().height")
    assert told < 1500


def test_the_panel_has_the_present_state_for_every_kind_of_slides(page: Page):
    open_demo(page, "sentiment")
    page.get_by_label("Text", exact=True).fill("Neither good nor bad.")
    with answering(page):
        press(page, "Run")
    opener = page.get_by_role("button", name="Embed", exact=True)
    opener.click()
    texts = page.locator(".stage-embed pre")
    expect(texts).to_have_count(5)
    address = page.locator(".stage-embed iframe").get_attribute("src") or ""
    assert "?stage=1&theme=light#state=1." in address
    for text in texts.all_text_contents():
        assert address in text.replace("&amp;", "&")
    preview = page.frame_locator(".stage-embed iframe")
    expect(preview.locator("textarea").first).to_have_value("Neither good nor bad.")
    page.locator(".stage-embed label", has_text=re.compile("^Answer")).locator("select").select_option("file")
    expect(texts.first).to_contain_text("sentiment.html")
    for text in texts.all_text_contents():
        assert "sentiment.html?stage=1&theme=light" in text.replace("&amp;", "&")
        assert "http" not in text
    with page.expect_download() as download:
        page.locator(".stage-embed").get_by_role("button", name="Save the file").click()
    assert download.value.suggested_filename == "sentiment.html"
    page.keyboard.press("Escape")
    expect(page.locator(".stage-embed")).to_be_hidden()
    expect(opener).to_be_focused()


def test_run_computes_here_and_hide_hides(page: Page):
    talk(page, "/sentiment?stage=1&run=1&hide=headline,title")
    expect(page.locator(".stage-talk-made")).not_to_contain_text("recorded")
    expect(page.locator(".stage-talk-headline")).to_be_hidden()
    expect(page.locator(".stage-talk-title")).to_be_hidden()


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("sentiment", "“A warm, funny film that never wastes a minute.”"),
        ("fill-mask", "“The opposite of hot is [MASK].”"),
        ("question-answering", "“Who built the lighthouse?”"),  # the passage is in the answer
        ("generate", "“Explain in two sentences what attention is in a transformer.”"),  # folded away there
        ("prompt", "“For once, a phone that lasts a full two days without charging.”"),
        ("trial", "“a gorgeous witty and moving film that never loses its way”"),
        ("similarity", ""),  # every sentence stands beside its numbers
        ("attention", ""),
    ],
)
def test_a_slide_shows_what_was_asked_unless_the_answer_does(open_page, slug, said):
    page = open_page(viewport={"width": 1280, "height": 720})
    page.goto(f"/{slug}?stage=1")
    expect(page.locator(".stage-talk-headline")).not_to_be_empty()
    expect(page.locator(".stage-talk-about")).to_have_text(said)


COVERED = """() => {
  const box = (node) => node.getBoundingClientRect();
  const shown = [...document.querySelectorAll("button.primary")].filter((node) => node.offsetParent);
  const primary = shown.map(box);
  return [...document.querySelectorAll(".stage-examples button")].filter((node) => {
    const at = box(node);
    return primary.some((one) =>
      one.left < at.right && at.left < one.right && one.top < at.bottom && at.top < one.bottom);
  }).map((node) => node.textContent);
}"""


def the_button_that_asks_covers_no_example(page: Page) -> None:
    page.locator(".stage-examples:visible button").first.wait_for()
    for width in (900, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        page.wait_for_function("width => innerWidth === width", arg=width)
        laid_out(page)
        assert page.evaluate(COVERED) == [], width


def test_a_slide_keeps_rows_that_are_folded_and_the_texts_of_its_own_answer(page: Page):
    """A tree's closed rows are its content; what was measured on many captions is not about the one above."""
    talk(page, "/shapes?stage=1")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-stage-shown]").get_by_text("6 × BertLayer")).to_be_visible()
    talk(page, "/teacher-forcing?stage=1")
    about = page.locator(".stage-talk-about")
    expect(about).to_contain_text("A young woman")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-stage-shown] .tf-charts")).to_be_visible()
    expect(about).to_be_empty()
