"""The gallery begins on a machine that is busy."""

from __future__ import annotations

import urllib.request

from demos.shell.gallery import build, launch_options
from tests.browser.steps import free_port


def test_a_slow_first_answer_does_not_end_the_gallery(runner, monkeypatch):
    """Gradio asks for home when it begins; here that takes longer than the three seconds it waits."""
    monkeypatch.setattr("gradio.networking.url_ok", lambda url: False)
    programme = ("demos.tasks.sentiment",)
    blocks, port = build(runner, programme), free_port()
    blocks.launch(server_port=port, prevent_thread_lock=True, quiet=True, **launch_options(runner, programme))
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as home:
            assert home.status == 200
    finally:
        blocks.close(verbose=False)
