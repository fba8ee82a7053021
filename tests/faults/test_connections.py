"""Visitors who send nothing, who send slowly, and who leave: the others are answered, and nothing stays."""

from __future__ import annotations

import resource
import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import gradio as gr
import pytest
from gradio.data_classes import FileData

from demos.shell import slow_clients
from tests.faults.conftest import PATIENCE, Gallery, full_disk
from tests.test_turns import wait_until


@contextmanager
def connected(gallery: Gallery, *sent: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", gallery.port), timeout=PATIENCE) as connection:
        for piece in sent:
            connection.sendall(piece)
        yield connection


def still_works(gallery: Gallery, after: str) -> None:
    """An ordinary request is answered, and nothing is left of what went wrong."""
    assert gallery.works(f"after {after}")
    wait_until(gallery.is_idle)


def post(path: str, length: int, kind: str = "application/json", more: str = "") -> bytes:
    """The head of a request whose body is still to come."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
    return f"{head}{more}\r\n".encode()


def test_leaving_in_the_middle_of_a_body(gallery):
    with connected(gallery, post("/api/echo", 100), b'{"word": "ha'):
        pass
    still_works(gallery, "half a body")


def test_leaving_in_the_middle_of_a_body_of_gradio(gallery):
    with connected(gallery, post("/gradio_api/run/echo", 100), b'{"data": ["ha'):
        pass
    still_works(gallery, "half a body of Gradio's")


def test_leaving_in_the_middle_of_a_stream(gallery):
    gallery.streams.closed.clear()
    body = b'{"word": "on and on"}'
    with connected(gallery, post("/api/count", len(body)), body):
        assert gallery.streams.begun.wait(PATIENCE)
    assert gallery.streams.closed.wait(PATIENCE)
    still_works(gallery, "half a stream")


@pytest.mark.parametrize("page", ["", "/faults"])
def test_leaving_in_the_middle_of_an_upload(gallery, page):
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n' + b"text\n" * 1000
    with connected(
        gallery, post(f"{page}/gradio_api/upload", 10**6, "multipart/form-data; boundary=x"), head
    ):
        wait_until(lambda: any(gallery.uploads.iterdir()))
    still_works(gallery, f"half an upload{page}")
    wait_until(lambda: not any(gallery.uploads.iterdir()))


@pytest.mark.parametrize("page", ["", "/faults"])
def test_an_upload_for_which_the_disk_has_no_room(gallery, page):
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
    body += b"text\n" * 2**18 + b"\r\n--x--\r\n"
    kind, close = "multipart/form-data; boundary=x", "Connection: close\r\n"
    head = post(f"{page}/gradio_api/upload", len(body), kind, close)
    with full_disk(2**19), connected(gallery, head, body) as connection:
        answer = b"".join(iter(lambda: received(connection), b""))
    assert answer.startswith(b"HTTP/1.1 507 ") and b"cannot be stored here: File too large." in answer
    still_works(gallery, f"an upload without room{page}")
    assert not any(gallery.uploads.iterdir())


@pytest.mark.parametrize("page", ["", "/faults"])
def test_nothing_is_stored_where_gradio_has_routes_that_nothing_here_uses(gallery, page):
    asked = b'{"data": ["ha"], "session_hash": "mine"}'
    form = b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\nha\r\n--x--\r\n'
    close = "Connection: close\r\n"
    link = f"GET {page}/gradio_api/deep_link?session_hash=mine HTTP/1.1\r\nHost: localhost\r\n{close}\r\n"
    for head, body in (
        (post("/gradio_api/run/echo", len(asked), more=close), asked),  # home's: now it knows the session
        (link.encode(), b""),
        (
            post(f"{page}/gradio_api/process_recording", len(form), "multipart/form-data; boundary=x", close),
            form,
        ),
    ):
        with connected(gallery, head, body) as connection:
            answer = b"".join(iter(lambda: received(connection), b""))  # noqa: B023 (called at once)
        assert answer.startswith(b"HTTP/1.1 200 " if body == asked else b"HTTP/1.1 404 ")
    still_works(gallery, f"routes{page}")
    assert not list(gallery.uploads.rglob("*.json")) + list(gallery.uploads.rglob("*.mp4"))


def test_a_listener_that_is_given_an_upload_makes_no_further_file(gallery, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / "a.csv").write_text("text\n")
    assert gr.File().preprocess(FileData(path=str(tmp_path / "a.csv"))) == str(tmp_path / "a.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


SILENT, SLOW = 200, 300
STARTS = (b"GET / HT", post("/api/echo", 10**6), post("/gradio_api/run/echo", 10**6))


def test_a_crowd_that_sends_nothing_or_slowly_holds_up_nobody_and_is_let_go(gallery, monkeypatch):
    """200 connections without a word; 100 each that send headers, a body and a body for Gradio letter by
    letter."""
    monkeypatch.setattr(slow_clients, "HEADERS", 3.0)
    monkeypatch.setattr(slow_clients, "BODY", 3.0)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # both ends of each are in this process
    with ExitStack() as stack:
        silent = [stack.enter_context(connected(gallery)) for _ in range(SILENT)]
        slow = [stack.enter_context(connected(gallery, STARTS[i % 3])) for i in range(SLOW)]
        assert gallery.works("beside a crowd")
        left = {connection: b"" for connection in (*silent, *slow)}
        said, ready = [], selectors.DefaultSelector()
        for connection in left:
            ready.register(connection, selectors.EVENT_READ)
        while left:
            for key, _ in ready.select(0.2):
                piece = received(key.fileobj)
                left[key.fileobj] += piece
                if not piece:
                    ready.unregister(key.fileobj)
                    said.append(left.pop(key.fileobj))
            for connection in left.keys() & set(slow):
                with suppress(OSError):  # it was closed a moment ago
                    connection.sendall(b"x")
    assert len(said) == SILENT + SLOW
    assert all(answer.startswith(b"HTTP/1.1 408 ") and b"did not come in time" in answer for answer in said)
    still_works(gallery, "the crowd")


def received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(4096)
    except ConnectionResetError:  # a letter came after it was closed
        return b""
