"""The code of a page, folded away: the same in Python."""

from __future__ import annotations

import gradio as gr


def same_in_python(code: str = "") -> gr.Code:
    """The place of the code, at first with `code`."""
    with gr.Accordion("The same in Python", open=False):
        return gr.Code(code, language="python", show_label=False, lines=1, wrap_lines=True)
