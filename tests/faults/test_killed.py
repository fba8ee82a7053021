"""A gallery that is killed: its clients are not kept waiting, and the next one starts, and sweeps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.browser.steps import free_port
from tests.faults.conftest import PATIENCE, Gallery
from tests.faults.test_connections import connected, post, received

ROOT = Path(__file__).parents[2]


@contextmanager
def started(port: int, folder: Path) -> Iterator[tuple[Gallery, subprocess.Popen[bytes]]]:
    """A gallery in a process of its own, once it answers."""
    command = [sys.executable, "-m", "tests.faults.small_gallery", str(port)]
    places = {"GRADIO_TEMP_DIR": str(folder / "uploads"), "STAGE_CACHE_DIR": str(folder / "cache")}
    gallery, log = Gallery(port, folder / "uploads"), folder / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | places, stdout=out, stderr=out)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError):
                assert gallery.works("at first")
                break
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield gallery, process
    finally:
        process.kill()
        process.wait()
        assert "Traceback" not in log.read_text()


def test_a_gallery_that_is_killed_in_a_request_lets_its_clients_go_and_starts_again(tmp_path):
    port, body = free_port(), b'{"word": "on and on"}'
    with started(port, tmp_path) as (gallery, process):
        upload = post("/gradio_api/upload", 10**6, "multipart/form-data; boundary=x")
        half = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\ntext\n'
        with (
            connected(gallery, post("/api/count", len(body)), body) as listening,
            connected(gallery, upload, half) as uploading,
        ):
            assert gallery.works("beside both")
            process.send_signal(signal.SIGKILL)
            assert received(listening) == received(uploading) == b""
    with started(port, tmp_path) as (gallery, process):
        assert gallery.works("after it was killed")
        assert not list(tmp_path.rglob("*.csv")), "half a file has no name"
        process.terminate()
        assert process.wait(PATIENCE) is not None


def test_what_visitors_had_uploaded_to_a_gallery_that_is_killed_is_swept(tmp_path):
    """And a second gallery on the same machine takes nothing from one that runs."""
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\ntext\r\n--x--\r\n'
    upload = post("/gradio_api/upload", len(body), "multipart/form-data; boundary=x", "Connection: close\r\n")

    def uploaded(gallery: Gallery) -> Path:
        with connected(gallery, upload, body) as connection:
            answer = b"".join(iter(lambda: received(connection), b""))
        (path,) = json.loads(answer.split(b"\r\n\r\n")[1])
        return Path(path)

    with started(free_port(), tmp_path) as (first, process):
        left = uploaded(first)
        with started(free_port(), tmp_path) as (second, _):
            other = uploaded(second)
            assert left.exists() and other.exists() and left != other
        assert other.exists(), "it was killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with started(free_port(), tmp_path):
        assert not list(tmp_path.rglob("*.csv"))
