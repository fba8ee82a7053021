"""Pages that stand without a server: one answer, and the static twin of the gallery."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import gradio as gr
import pytest

from demos.contract import to_plain
from demos.errors import StageError
from demos.models.cache import shared_cache
from demos.recordings import Recordings, Replay, replaying
from demos.runner import Runner
from demos.shell.blocks import Blocks
from demos.shell.export_site import example_scenes, export_site
from demos.shell.load_demos import load_programme, working
from demos.shell.pieces import Piece, Scene
from demos.shell.saved_page import saved_page
from demos.shell.visitor import Visitor, example_buttons

DEMOS = {demo.INFO.slug: demo for demo in working(load_programme())}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("twin") / "site"
    export_site(folder, Runner(shared_cache()))
    return folder


def data_in(page: str) -> dict:
    return json.loads(re.search(r'id="stage-data">(.*?)</script>', page, re.S)[1])


def test_hostile_text_ends_no_script_and_opens_no_tag():
    hostile = "</script><script>alert(1)</script><!--"
    scene = Scene("x", (("Text", hostile),), (Piece("<p>safe</p>", {"text": hostile}, "draw()"),))
    page = saved_page(DEMOS["sentiment"], [scene], "now")
    assert hostile not in page and "<script>alert" not in page
    found = data_in(page)["scenes"][0]
    assert found["inputs"] == [["Text", hostile]] and found["pieces"][0]["payload"] == {"text": hostile}


def test_a_saved_page_names_nothing_outside_itself():
    page = saved_page(DEMOS["trial"], [Scene("x", (), (Piece("<p></p>"),))], "now")

    class Addresses(HTMLParser):
        found: list[str] = []

        def handle_starttag(self, tag, attrs):
            self.found += [value for name, value in attrs if name in ("src", "href") and value]

    parser = Addresses()
    parser.feed(page)
    assert not parser.found
    assert "default-src 'none'" in page


@pytest.mark.parametrize("slug", DEMOS)
def test_the_twin_holds_what_the_page_shows_for_every_example(slug, site):
    """The page, the saved file and the twin show the same data: their payloads are equal."""
    demo = DEMOS[slug]
    scenes = data_in((site / f"{slug}.html").read_text("utf-8"))["scenes"]
    assert [scene["label"] for scene in scenes] == [example.label for example in demo.EXAMPLES]
    with Blocks() as page:
        demo.build(Runner(shared_cache()))
    for scene, button in zip(scenes, example_buttons(page), strict=True):
        visitor = Visitor(page)
        with replaying(Replay(only=True)):
            visitor.press(button)
        drawings = [key for key, block in page.blocks.items() if isinstance(block, gr.HTML)]
        shown = json.loads(json.dumps([to_plain(visitor.values[key]) for key in drawings]))
        for piece in scene["pieces"]:
            if piece["payload"] is not None:
                assert piece["payload"] in shown
            elif match := re.search(r'<div class="[^"]*">(.*)</div>$', piece["html"], re.S):
                assert re.sub(r'href="\./([\w-]+)\.html', r'href="./\1', match[1]) in shown


def test_every_link_of_the_twin_leads_to_a_file(site):
    for path in site.glob("*.html"):
        for address in re.findall(r'(?:src|href)=\\?"\./([^"\\?#]*)', path.read_text("utf-8")):
            assert (site / (address or "index.html")).exists(), (path.name, address)


def test_the_twin_is_light(site):
    def size(path: Path) -> int:
        """Bytes of a page with its styles and scripts, without its recordings."""
        page = path.read_text("utf-8")
        data = re.search(r'id="stage-data">(.*?)</script>', page, re.S)
        files = set(re.findall(r'"\./(stage/[^"]+\.(?:js|css))', page))
        return len(page) - len(data[1] if data else "") + sum((site / name).stat().st_size for name in files)

    assert size(site / "index.html") < 300_000
    assert max(size(path) for path in site.glob("*.html")) < 1_000_000


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StageError, match="not empty"):
        export_site(tmp_path, Runner(shared_cache()))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_half_written_stands_under_the_name(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("demos.shell.export_site.example_scenes", full)
    with pytest.raises(OSError, match="No space"):
        export_site(tmp_path / "site", Runner(shared_cache()))
    assert not list(tmp_path.iterdir())


def test_an_example_that_is_not_recorded_is_left_out(tmp_path):
    run = Runner(shared_cache(), recordings=Recordings(tmp_path))
    assert example_scenes(DEMOS["sentiment"], run) == []
