"""Gradio's own files come from memory, for good, and a page's head names those that it will ask for."""

from __future__ import annotations

import json
import re

import gradio
import pytest
from starlette.testclient import TestClient

from demos.shell import frontend, preloads
from demos.shell.idle_frames import FILE, without_idle_frames
from demos.shell.reopened_stream import with_reopened_stream

NAMES = sorted(path.name for path in frontend.FOLDER.iterdir())


def read(name: str) -> bytes:
    return (frontend.FOLDER / name).read_bytes()


TEXTBOX = b'"type":"textbox","props"'


@pytest.fixture
def client():
    return TestClient(frontend.frontend)  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", sorted(frontend.MEDIA))
def test_files_are_as_gradio_has_them(client, suffix):
    name = next(name for name in NAMES if name.endswith(suffix))
    answer = client.get(f"/assets/{name}")
    assert answer.status_code == 200
    assert answer.content == (frontend.FOLDER / name).read_bytes()
    assert answer.headers["content-type"].startswith(frontend.MEDIA[suffix])
    assert "immutable" in answer.headers["cache-control"]


def test_the_count_of_seconds_ends_with_its_element(client):
    """Where Gradio's file is as it was when this was written; a browser's test looks at the frames."""
    changed = [name for name in NAMES if without_idle_frames(name, read(name)) != read(name)]
    assert changed in ([], [name for name in NAMES if name.startswith(FILE) and name.endswith(".js")])
    for name in changed:
        served = client.get(f"/assets/{name}").content
        (added,) = re.findall(rb"\w+\?\.isConnected&&", served)
        assert served.replace(added, b"") == read(name)


def test_one_file_reads_the_stream_of_answers(client):
    """Where it is as it was when this was written; a browser's test loses no answer."""
    changed = [name for name in NAMES if with_reopened_stream(name, read(name)) != read(name)]
    assert len(changed) <= 1
    for name in changed:
        served = client.get(f"/assets/{name}").content
        assert len(re.findall(rb"\w+\.size&&\w+\.open_stream\(\);return\}", served)) == 1
        assert with_reopened_stream(name, served) == served
        assert with_reopened_stream("other.js", read(name)) == read(name)


def test_every_name_holds_a_hash():
    """Otherwise a browser would keep a file that a later Gradio changes."""
    assert [name for name in NAMES if not re.search(r"-[\w-]{8}\d*\.", name)] == []


@pytest.mark.parametrize(
    "path", ["", "nothing.js", "../index.html", "..%2findex.html", "/etc/passwd", "%00.js", "a" * 5000]
)
def test_only_files_of_that_folder(client, path):
    assert client.get(f"/assets/{path}").status_code == 404


def test_only_reading(client):
    assert client.post(f"/assets/{NAMES[0]}").status_code == 405


def test_what_a_text_box_needs_is_named_and_there():
    with gradio.Blocks() as page:
        gradio.Textbox()
        gradio.HTML("")
    config = json.dumps(page.get_config_file()["components"], separators=(",", ":"))
    markup = preloads.preloads(config.encode()).decode()
    named = [part.split('"')[0] for part in markup.split('href="./assets/')[1:]]
    assert len(named) == len(set(named)) > 20
    assert set(named) <= set(NAMES)
    assert sum(name.endswith(".js") for name in named) == markup.count("modulepreload")


def test_a_type_that_gradio_does_not_have_adds_nothing():
    textbox = preloads.preloads(TEXTBOX)
    assert preloads.preloads(TEXTBOX + b'"type":"no_such_thing","props"') == textbox
    assert preloads.preloads(b"<html>no page of Gradio</html>") == b""


def test_a_gradio_that_is_built_otherwise_opens_without(tmp_path, monkeypatch):
    (tmp_path / "index-12345678.js").write_text("import(`./other.js`)")
    monkeypatch.setattr(preloads, "FOLDER", tmp_path)
    for made in (preloads._shell, preloads._parts, preloads._imports, preloads._only):
        made.cache_clear()
    try:
        assert preloads.preloads(TEXTBOX) == b""
    finally:
        for made in (preloads._shell, preloads._parts, preloads._imports, preloads._only):
            made.cache_clear()


def test_compressed_once(client):
    name = next(name for name in NAMES if name.endswith(".css"))
    answer = client.get(f"/assets/{name}", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    plain = client.get(f"/assets/{name}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content == (frontend.FOLDER / name).read_bytes()
