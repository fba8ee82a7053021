"""An OpenAI-compatible server in a thread, which answers, refuses or misbehaves as it is told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Notes what it is asked and lets `server.answer` answer."""

    server: FakeServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        with contextlib.suppress(OSError):
            self.server.answer(self)
            return
        self.server.broken.set()

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers), None))
        self.send_error(404)

    def start(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def event(self, data: Any) -> None:
        self.wfile.write(f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *args: object) -> None:
        pass


class FakeServer(ThreadingHTTPServer):
    """`asked` holds path, headers and body of every request; `broken` is set once a client has left."""

    daemon_threads = True
    answer: Answer

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.broken = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


@contextlib.contextmanager
def running() -> Iterator[FakeServer]:
    server = FakeServer()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def piece(content: str | None, finish: str | None = None) -> dict[str, Any]:
    return {
        "model": "tiny",
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}],
    }


def stream(*events: Any) -> Answer:
    def answer(handler: Handler) -> None:
        handler.start(Content_Type="text/event-stream")
        for event in events:
            handler.event(event)

    return answer


def whole(status: int, body: Any, **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: Handler) -> None:
        handler.start(status, Content_Length=str(len(data)), **headers)
        handler.wfile.write(data)

    return answer


def first_token(*top: tuple[str, float] | dict[str, Any]) -> Answer:
    """A chat completion of one token, with the log-probabilities of some."""
    listed = [one if isinstance(one, dict) else {"token": one[0], "logprob": one[1]} for one in top]
    logprobs = {"content": [{"token": "x", "logprob": -1.0, "top_logprobs": listed}]} if top else None
    message = {"role": "assistant", "content": "x"}
    choice = {"index": 0, "message": message, "finish_reason": "length", "logprobs": logprobs}
    return whole(200, {"model": "tiny", "choices": [choice]})
