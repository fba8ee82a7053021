"""How much an address may upload, and that a file goes with the last page that used it."""

from __future__ import annotations

import http.client
import json
from pathlib import Path

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


def test_a_file_goes_with_the_last_page_that_used_it(tmp_path):
    uploads, (one, both, foreign) = Uploads(), (made(tmp_path, name) for name in ("one", "both", "foreign"))
    known = {one, both}
    uploads.note("first", [{"path": one}, "text", None, [{"path": both}, {"path": 3}, "x"]], known)
    uploads.note("second", [{"path": both}, {"path": foreign}, {"other": one}], known)
    uploads.close("nobody")
    uploads.close("first")
    assert not Path(one).parent.exists() and Path(both).exists()
    uploads.close("second")
    assert not Path(both).exists() and Path(foreign).exists(), "only what was uploaded is deleted"
    uploads.close("second")


def test_closing_a_page_deletes_what_was_uploaded_there(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with Blocks() as blocks:
        file, read = gr.File(), gr.Textbox()
        file.change(lambda path: Path(path).read_text(), file, read, api_name="read")
    blocks.queue()
    port = free_port()
    blocks.launch(server_port=port, prevent_thread_lock=True, quiet=True, ssr_mode=False)
    try:
        page = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        page.request("GET", "/gradio_api/heartbeat/mine")
        open_page = page.getresponse()
        assert open_page.readline()
        asks = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        part = (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\nhello\r\n--b--\r\n'
        )
        asks.request("POST", "/gradio_api/upload", part, {"Content-Type": "multipart/form-data; boundary=b"})
        (path,) = json.load(asks.getresponse())
        assert Path(path).read_text() == "hello"
        data = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}], "session_hash": "mine"}
        asks.request("POST", "/gradio_api/run/read", json.dumps(data), {"Content-Type": "application/json"})
        assert json.load(asks.getresponse())["data"] == ["hello"]
        asks.close()
        assert Path(path).exists()
        open_page.close()
        page.close()
        wait_for(lambda: not Path(path).exists())
    finally:
        blocks.close(verbose=False)
