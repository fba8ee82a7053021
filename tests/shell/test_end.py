"""Ctrl-C ends the gallery while pages are open."""

from __future__ import annotations

import urllib.request
from types import SimpleNamespace

from demos.shell.blocks import Blocks
from tests.browser.steps import free_port


def test_an_open_page_does_not_hold_up_the_end(monkeypatch):
    with Blocks() as blocks:
        pass
    port = free_port()
    blocks.launch(server_port=port, prevent_thread_lock=True, quiet=True, ssr_mode=False)
    server = blocks.server
    assert server is not None

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/gradio_api/heartbeat/session") as stream:
        assert stream.readline(), "a page keeps such a stream open"
        monkeypatch.setattr("demos.shell.blocks.time", SimpleNamespace(sleep=interrupted))
        blocks.block_thread()
        assert not server.thread.is_alive(), "the server gave up waiting for the page"
