"""A button that ends what is under way, wherever that is."""

from __future__ import annotations

import json

import gradio as gr

from demos.stopping import STOPPED


class StopButton:
    """A button that ends what is under way; it is there only while something is."""

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
