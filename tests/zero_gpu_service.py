"""A stand-in for the device service of ZeroGPU, with which its package `spaces` starts anywhere.

`python -m tests.zero_gpu_service PORT` prints every request. It takes the start-up report, and lends no GPU.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service(BaseHTTPRequestHandler):
    """Answers 200 to everything but a request for a GPU, which is refused as where none is free."""

    def do_POST(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)  # type: ignore[attr-defined]
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(503 if path == "/schedule" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST

    def log_message(self, format: str, *values: object) -> None:
        if self.server.tells:  # type: ignore[attr-defined]
            print(self.command, self.path, flush=True)


def serving(port: int = 0, tells: bool = False) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", port), Service)
    server.asked, server.tells = [], tells  # type: ignore[attr-defined]
    return server


@contextmanager
def device_service() -> Iterator[tuple[str, list[str]]]:
    """The address of a running service, and the paths that it was asked for so far."""
    with serving() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", server.asked  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    with serving(int(sys.argv[1]), tells=True) as forever:
        forever.serve_forever()
