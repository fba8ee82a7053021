"""A button that stops the work under way, whatever its stage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.stopping import STOPPED, Stopped, working_on


class StopButton:
    """A button that stops the work under way; visible only while there is some."""

    def __init__(self, label: str = "Stop") -> None:
        self.button = gr.Button(label, variant="stop", elem_classes="stage-stop")
        self.button.elem_id = f"stage-stop-{self.button._id}"
        self.ticket = gr.Textbox(visible=False)
        self.button.click(
            STOPPED.add,
            [self.ticket],
            None,
            js=f"() => StageStop.press({json.dumps(self.button.elem_id)})",
            api_visibility="private",
            queue=False,
            show_progress="hidden",
        )


def until_stopped(shown: Iterator[Any], ticket: str) -> Iterator[Any]:
    """Yields what a generator yields; once its ticket is stopped, only its reply to `Stopped`."""
    try:
        while ticket not in STOPPED:
            with working_on(ticket):
                one = next(shown)
            yield one
        last = shown.throw(Stopped())  # type: ignore[attr-defined]
        while True:
            yield last
            last = next(shown)
    except (Stopped, StopIteration):
        return
