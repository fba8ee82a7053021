"""An open page has states and changed components of its own, and is described once."""

from __future__ import annotations

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder
from starlette.testclient import TestClient

from demos.shell.blocks import Blocks
from demos.shell.sessions import Sessions, keep_little


@pytest.fixture
def page():
    with Blocks() as blocks:
        count, box, shown = gr.State(0), gr.Textbox(label="a"), gr.Number()
        box.submit(lambda n: (n + 1, gr.Textbox(label=f"b{n}"), n + 1), count, [count, box, shown])
    blocks.queue(max_size=8)
    app = gr.routes.App.create_app(blocks)
    keep_little(app)
    return app


def test_states_are_kept_and_components_changed_for_each_open_page(page):
    client = TestClient(page)

    def press(name):
        body = {"data": [None], "fn_index": 0, "session_hash": name}
        return client.post("/gradio_api/run/predict", json=body).json()["data"][-1]

    assert [press("one"), press("one"), press("other"), press("one")] == [1, 2, 1, 3]
    one = page.state_holder["one"]
    (changed,) = [block for block in one.blocks_config.blocks.values() if isinstance(block, gr.Textbox)]
    assert changed.label == "b2"
    whole = len(SessionState(page.get_blocks()).config_values)
    assert len(one.config_values) == 2 < whole, "only what was changed is described again"


def test_no_more_are_remembered_than_may_be(page):
    page.state_holder.capacity = 3
    kept = [page.state_holder[f"page {number}"] for number in range(9)]
    assert list(page.state_holder.session_data.values()) == kept[-3:]
    assert isinstance(page.state_holder, Sessions) and isinstance(page.state_holder, StateHolder)
