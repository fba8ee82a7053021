"""Tours are data: every one fits its pages, a broken one is a sentence, and its text is text."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import gradio as gr
import pytest

from demos.contract import Example
from demos.errors import BadInput
from demos.shell.blocks import Blocks
from demos.shell.load_demos import load_programme, working
from demos.tasks.similarity.compute import SimilarityInputs
from demos.ui import tour as tours
from demos.ui.examples import examples_row
from demos.ui.form import form_of
from demos.ui.tour import FOLDER, read_tour, stops, tour_html

DEMOS = {demo.INFO.slug: demo for demo in working(load_programme())}
FILES = sorted(FOLDER.glob("*.toml"))
JS = Path(__file__).parents[2] / "assets" / "js"
HOSTILE = '<script>alert(1)</script> " & 한국어 🎉'


def scripts_of(demo) -> str:
    own = (JS / "shell").glob("*.js")
    return "\n".join(path.read_text("utf-8") for path in [*own, *getattr(demo, "SCRIPTS", ())])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_tour_fits_its_pages(path):
    tour = read_tour(path)
    assert path.stem in DEMOS and not DEMOS[path.stem].INFO.step_of
    for slug in {chunk.page or path.stem for chunk in tour.chunk}:
        demo = DEMOS[slug]
        assert slug == path.stem or demo.INFO.step_of == path.stem
        with Blocks() as page:
            demo.build(lambda *_: None)  # nothing is asked while a page is laid out
        form = form_of(page)
        views = [stop["view"] for stop in stops(tour, slug, path.stem, form) if "view" in stop]
        # A drawing keeps its view where an answer stays the same: going back needs every view by name.
        assert views and all(view.keys() == views[0].keys() for view in views)
        names = {block.elem_id for block in page.blocks.values() if getattr(block, "elem_id", None)}
        code = scripts_of(demo) + "".join(
            p.read_text("utf-8") for p in Path(demo.__file__).parent.glob("*.py")
        )
        for chunk in tour.chunk:
            if (chunk.page or path.stem) != slug:
                continue
            for name in chunk.view:
                assert f'takeWanted("{name}")' in code, f"nothing looks for {name} in a link's view"
            for label in chunk.press:
                assert f'"{label}"' in code, f"no script has a button {label}"
            if chunk.point[:1] == "#":
                assert chunk.point[1:] in names
            if chunk.point[:1] == ".":
                for name in re.findall(r"\.([\w-]+)", chunk.point):
                    assert name in code, f"no {name} on the page, for {chunk.point}"


@pytest.fixture
def form():
    with Blocks() as page:
        sentences = gr.Textbox(label="Sentences")
        model = gr.Dropdown(["minilm", "bert"], value="minilm", label="Model")
        rows = [
            Example("Two", SimilarityInputs(("One.", "Two."))),
            Example("Three", SimilarityInputs(("One.", "Two.", "Three."))),
            Example("Elsewhere", SimilarityInputs(("One.", "Two."), model="bert")),
        ]
        examples_row(rows[:2], {"sentences": sentences, "model": model})
    found = form_of(page)
    found.examples["Elsewhere"] = None
    return found


def chunk(**more) -> str:
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in {"text": "Look.", **more}.items()
    ]
    return "[[chunk]]\n" + "\n".join(lines) + "\n"


def write(tmp_path: Path, *chunks: str, title: str = "T") -> Path:
    path = tmp_path / "demo.toml"
    path.write_text(f"title = {json.dumps(title, ensure_ascii=False)}\n" + "".join(chunks), "utf-8")
    return path


def test_a_chunk_is_as_the_one_before_unless_it_says_otherwise(tmp_path, form):
    path = write(
        tmp_path,
        chunk(point="ask"),
        '[[chunk]]\ntext = "B"\nfill = { model = "bert" }\nview = { gap = 1 }\npress = ["Uniform"]\n',
        '[[chunk]]\ntext = "C"\nview = { step = 2 }\n',
        chunk(example="Three", point="example"),
    )
    first, second, third, last = stops(read_tour(path), "demo", "demo", form)
    assert first["inputs"] == {"sentences": "One.\nTwo.", "model": "minilm"}
    assert (first["point"], first["view"]) == ("button.primary", {})
    assert second["inputs"] == third["inputs"] == {"sentences": "One.\nTwo.", "model": "bert"}
    assert (second["view"], third["view"]) == ({"gap": 1}, {"gap": 1, "step": 2})
    assert (second["press"], third["press"]) == (("Uniform",), ())
    assert (last["inputs"]["sentences"], last["view"], last["button"]) == ("One.\nTwo.\nThree.", {}, "Three")


def test_chunks_of_another_page_only_say_where_they_are(tmp_path, form):
    path = write(tmp_path, chunk(), chunk(page="step", example="No such one"), chunk())
    own = stops(read_tour(path), "demo", "demo", form)
    assert own[1] == {"text": "Look.", "page": "step"}
    assert own[0]["inputs"] == own[2]["inputs"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title = ", "cannot be read"),
        ('title = "T"', "'chunk' is missing"),
        ('title = "T"\nchunk = []', "chunk"),
        ('title = "T"\n[[chunk]]\n', "'text' is missing"),
        ('title = "T"\n[[chunk]]\ntext = 3\n', "text"),
        ('title = "T"\n[[chunk]]\ntext = "a"\nexampel = "b"\n', "exampel"),
        (f'title = "T"\n[[chunk]]\ntext = "{"a" * 500}"\n', "text"),
        ('title = "T"\n[[chunk]]\ntext = "a"\nexample = "No such one"\n', "no example 'No such one'"),
        ('title = "T"\n[[chunk]]\ntext = "a"\nfill = { colour = "red" }\n', "no field 'colour'"),
        ('title = "T"\n[[chunk]]\ntext = "a"\nfill = { model = "gpt-9" }\n', "not offered"),
        ('title = "T"\n[[chunk]]\ntext = "a"\nfill = { sentences = 3 }\n', "Chunk 1"),
        ('title = "T"\n[[chunk]]\ntext = "a"\npoint = "moon"\n', "nothing called 'moon'"),
        ("\x00", "cannot be read"),
    ],
)
def test_a_broken_tour_is_a_sentence_in_its_buttons_place(tmp_path, monkeypatch, form, text, problem):
    (tmp_path / "demo.toml").write_text(text, "utf-8")
    monkeypatch.setattr(tours, "FOLDER", tmp_path)
    markup = tour_html("demo", "demo", form)
    assert "button" not in markup and problem in html.unescape(markup)


def test_what_a_tour_says_is_text(tmp_path, monkeypatch, form):
    write(tmp_path, chunk(text=HOSTILE), title=HOSTILE)
    monkeypatch.setattr(tours, "FOLDER", tmp_path)
    markup = tour_html("demo", "demo", form)
    attribute = re.search(r'data-tour="([^"<>]*)"', markup)
    assert "<script" not in markup and attribute
    told = json.loads(html.unescape(attribute[1]))
    assert (told["title"], told["chunks"][0]["text"]) == (HOSTILE, HOSTILE)


def test_without_a_file_or_without_its_model_there_is_no_tour(tmp_path, monkeypatch, form):
    monkeypatch.setattr(tours, "FOLDER", tmp_path)
    assert tour_html("demo", "demo", form) == ""
    write(tmp_path, chunk(), chunk(example="Elsewhere"))
    assert tour_html("demo", "demo", form) == ""
    with pytest.raises(BadInput, match="cannot be read"):
        read_tour(tmp_path / "none.toml")
