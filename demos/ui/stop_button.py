"""A button that stops the work under way, whatever its stage."""

from __future__ import annotations

import json

import gradio as gr

from demos.stopping import STOPPED


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
