"""How much an address may upload, and that a file goes with the last page that used it."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.testclient import TestClient

from demos.shell.blocks import Blocks
from demos.shell.uploads import UploadQuota, Uploads
from tests.browser.steps import free_port
from tests.shell.test_leaving import wait_for


async def accepts(scope, receive, send) -> None:
    from starlette.responses import PlainTextResponse

    await PlainTextResponse("taken")(scope, receive, send)


@pytest.mark.parametrize(("public", "taken"), [("1", [200, 200, 503]), ("0", [200, 200, 200])])
def test_an_address_may_upload_so_much_in_an_hour(monkeypatch, public, taken):
    monkeypatch.setenv("STAGE_PUBLIC", public)
    client = TestClient(UploadQuota(accepts, hourly=1000))
    answers = [client.post("/stub/gradio_api/upload", content=b"x" * 400) for _ in range(3)]
    assert [answer.status_code for answer in answers] == taken
    if public == "1":
        assert "Go on in" in answers[-1].json()["error"] and answers[-1].headers["Retry-After"].isdigit()
    assert client.post("/stub/gradio_api/run/x", content=b"x" * 400).status_code == 200, "only uploads count"


def test_what_comes_without_a_length_counts_as_the_most_that_may_come(monkeypatch):
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    client = TestClient(UploadQuota(accepts, hourly=13 * 2**20))
    codes = [client.post("/upload", content=iter([b"x"])).status_code for _ in range(2)]
    assert codes == [200, 503]


def made(folder: Path, name: str) -> str:
    file = folder / name / f"{name}.csv"
    file.parent.mkdir()
    file.write_text("text\na\n")
    return str(file)


@pytest.fixture
def gradios(tmp_path, monkeypatch) -> Path:
    """The folder in which Gradio keeps visitors' files."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


def test_a_file_goes_with_the_last_page_that_used_it(gradios):
    uploads, (one, both, foreign) = Uploads(), (made(gradios, name) for name in ("one", "both", "foreign"))
    known = {one, both}
    uploads.asks("first", [{"path": one}, "text", None, [{"path": both}, {"path": 3}, "x"]], known)
    uploads.asks("second", [{"path": both}, {"path": foreign}, {"other": one}], known)
    uploads.close("nobody")
    uploads.close("first")
    assert not Path(one).parent.exists() and Path(both).exists()
    uploads.close("second")
    assert not Path(both).exists() and Path(foreign).exists(), "only what was uploaded is deleted"
    uploads.close("second")


def test_a_file_that_was_made_goes_with_its_page(gradios):
    uploads, (plain, update) = Uploads(), (made(gradios, name) for name in ("plain", "update"))
    uploads.gets("mine", [{"path": plain}, "text", None, {"__type__": "update", "value": {"path": update}}])
    uploads.gets("mine", [{"__type__": "update", "visible": False}])
    uploads.close("another")
    assert Path(plain).exists() and Path(update).exists()
    uploads.close("mine")
    assert not Path(plain).parent.exists() and not Path(update).parent.exists()


def test_a_file_that_comes_too_late_goes_at_once_unless_the_page_is_back(gradios):
    uploads, (late, shared, back) = Uploads(), (made(gradios, name) for name in ("late", "shared", "back"))
    uploads.asks("another", [{"path": shared}], {shared})
    uploads.close("mine")
    uploads.gets("mine", [{"path": late}, {"path": shared}])
    assert not Path(late).exists() and Path(shared).exists(), "it is another's, too"
    uploads.asks("mine", [], set())
    uploads.gets("mine", [{"path": back}])
    assert Path(back).exists()
    uploads.close("mine")
    assert not Path(back).exists()


def test_what_an_answer_names_elsewhere_stays(gradios, tmp_path_factory):
    elsewhere = Path(made(tmp_path_factory.mktemp("elsewhere"), "weights"))
    (gradios / "within").mkdir()
    (link := gradios / "within" / "link").symlink_to(elsewhere)
    uploads, roundabout = Uploads(), gradios / ".." / elsewhere.relative_to(gradios.parent)
    named = [{"path": str(path)} for path in (elsewhere, link, roundabout)]
    uploads.gets("page", named)
    uploads.close("page")
    uploads.gets("page", named)
    assert elsewhere.read_bytes()


@pytest.fixture
def served(tmp_path, monkeypatch) -> Iterator[Served]:
    """A page that reads an uploaded file, and one that writes a file, once it may, and shows it."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(Blocks, "uploads", Uploads())
    writes, go_on = threading.Event(), threading.Event()

    def write(text: str) -> Iterator[tuple[str, gr.File]]:
        yield "begun", gr.File(visible=False)
        target = tmp_path / secrets.token_hex(16) / "answers.csv"
        target.parent.mkdir()
        target.write_text(text)
        writes.set()
        assert go_on.wait(60)
        yield "written", gr.File(str(target), visible=True)

    with Blocks() as blocks:
        file, read = gr.File(), gr.Textbox()
        file.change(lambda path: Path(path).read_text(), file, read, api_name="read")
        read.change(write, read, [read, file], api_name="write")
    blocks.queue()
    port = free_port()
    blocks.launch(server_port=port, prevent_thread_lock=True, quiet=True, ssr_mode=False)
    yield Served(port, tmp_path, writes, go_on)
    go_on.set()
    blocks.close(verbose=False)


@dataclass
class Served:
    """A page of which a visitor has one open."""

    port: int
    folder: Path
    writes: threading.Event
    go_on: threading.Event

    @contextmanager
    def open_page(self) -> Iterator[None]:
        page = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        page.request("GET", "/gradio_api/heartbeat/mine")
        stream = page.getresponse()
        assert stream.readline()
        yield
        stream.close()
        page.close()

    def post(self, path: str, body: bytes | dict, kind: str = "application/json") -> Any:
        asks = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = body if isinstance(body, bytes) else json.dumps(body)
        asks.request("POST", f"/gradio_api/{path}", sent, {"Content-Type": kind})
        said = json.load(asks.getresponse())
        asks.close()
        return said

    def upload(self) -> str:
        part = (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\nhello\r\n--b--\r\n'
        )
        (path,) = self.post("upload", part, "multipart/form-data; boundary=b")
        return path

    def stored(self) -> list[str]:
        # Folders vanish meanwhile, which `rglob` does not bear.
        files = [name for _, _, names in os.walk(self.folder) for name in names]
        return [name for name in files if name.endswith(".csv")]

    @contextmanager
    def asks_for_a_file(self) -> Iterator[http.client.HTTPResponse]:
        """Asks in the queue, and listens, at least until the file is there."""
        self.post("queue/join", {"data": ["hello"], "fn_index": 1, "session_hash": "mine"})
        listens = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        listens.request("GET", "/gradio_api/queue/data?session_hash=mine")
        with closing(listens), listens.getresponse() as answer:
            assert self.writes.wait(60)
            yield answer


def test_closing_a_page_deletes_what_was_uploaded_there(served):
    with served.open_page():
        path = served.upload()
        assert Path(path).read_text() == "hello"
        data = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}], "session_hash": "mine"}
        assert served.post("run/read", data)["data"] == ["hello"]
        assert served.stored() == ["a.csv"]
    wait_for(lambda: not served.stored())


def test_closing_a_page_deletes_what_was_made_for_it(served):
    served.go_on.set()
    with served.open_page():
        with served.asks_for_a_file() as answer:
            while "process_completed" not in (line := answer.readline().decode()):
                assert line, "it was not written"
        assert served.stored() == ["answers.csv"]
    wait_for(lambda: not served.stored())


def test_a_file_that_is_written_while_its_visitor_leaves_is_deleted_too(served):
    with served.open_page(), served.asks_for_a_file():
        pass
    wait_for(lambda: "mine" in Blocks.uploads._closed)
    assert served.stored() == ["answers.csv"]
    served.go_on.set()
    wait_for(lambda: not served.stored())
