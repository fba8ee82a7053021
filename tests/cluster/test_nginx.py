"""nginx with the file of docs/cluster.md: a visitor stays with one front, and nobody holds too much."""

from __future__ import annotations

import http.client
import http.server
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

CONFIG = Path(__file__).parents[2] / "assets" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PATIENCE = 10

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


class Front(http.server.ThreadingHTTPServer):
    """Answers with its own name; `/wait` only when it is let go."""

    daemon_threads = True

    def __init__(self) -> None:
        self.let_go = threading.Event()
        super().__init__(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/wait":
            self.server.let_go.wait(PATIENCE)
        said = str(self.server.server_port).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(said)

    def log_message(self, *_) -> None: ...


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def served(tmp_path) -> Iterator[tuple[int, list[Front]]]:
    """The port of nginx, and both fronts; three connections of an address, and seconds instead of tens."""
    fronts, port = [Front(), Front()], free_port()
    config = CONFIG.read_text(encoding="utf-8")
    for named, own in (
        ("127.0.0.1:7860", f"127.0.0.1:{fronts[0].server_port}"),
        ("127.0.0.1:7861", f"127.0.0.1:{fronts[1].server_port}"),
        ("listen 8080", f"listen 127.0.0.1:{port}"),
        ("limit_conn addresses 256", "limit_conn addresses 3"),
        ("client_header_timeout 10s", "client_header_timeout 1s"),
        ("http {", f"pid {tmp_path}/pid;\nhttp {{\naccess_log off;"),
    ):
        assert config.count(named) == 1, named
        config = config.replace(named, own)
    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        config = config.replace("access_log off;", f"access_log off;\n{kind}_temp_path {tmp_path}/{kind};")
    (tmp_path / "nginx.conf").write_text(config, encoding="utf-8")
    asked = [
        NGINX,
        "-p",
        tmp_path,
        "-e",
        tmp_path / "log",
        "-c",
        tmp_path / "nginx.conf",
        "-g",
        "daemon off;",
    ]
    process = subprocess.Popen(asked, stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        yield port, fronts
    finally:
        for front in fronts:
            front.let_go.set()
            front.shutdown()
            front.server_close()
        process.terminate()
        process.wait(PATIENCE)
        process.stderr.close()


def get(port: int, path: str = "/", cookie: str = "") -> tuple[int, str, str]:
    """Status, body and the cookie that was set."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as asked:
        asked.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = asked.getresponse()
        return answer.status, answer.read().decode(), (answer.getheader("Set-Cookie") or "").partition(";")[0]


def test_a_visitor_stays_with_one_front_and_goes_on_without_it(served):
    port, fronts = served
    names = {str(front.server_port) for front in fronts}
    visitors = [get(port) for _ in range(20)]
    assert {first for _, first, _ in visitors} == names, "newcomers are shared out"
    for _, first, cookie in visitors[:5]:
        assert cookie
        assert [get(port, cookie=cookie)[1:] for _ in range(3)] == [(first, "")] * 3
    gone, stays = fronts
    gone.shutdown()
    gone.server_close()
    cookie = next(cookie for _, first, cookie in visitors if first == str(gone.server_port))
    assert get(port, cookie=cookie)[:2] == (200, str(stays.server_port))


def test_an_address_holds_no_more_connections_than_it_may(served):
    port, fronts = served
    with ExitStack() as stack:
        for _ in range(3):
            held = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            held.sendall(b"GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answers = []
        for _ in range(100):  # until nginx has read all three
            answers.append(get(port)[0])
            if answers[-1] == 503:
                break
            time.sleep(0.05)
        assert answers[-1] == 503
        for front in fronts:
            front.let_go.set()
        held.recv(1)
    for _ in range(100):
        if get(port)[0] == 200:
            return
        time.sleep(0.05)
    raise AssertionError("it stayed closed")


def test_who_sends_nothing_is_let_go_and_a_large_body_refused(served):
    port, _ = served
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as silent:
        silent.sendall(b"GET / HT")
        assert not silent.recv(1).startswith(b"2"), "closed, or told so"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as large:
        large.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12582912\r\n\r\n")
        assert large.recv(100).startswith(b"HTTP/1.1 413 ")
