"""The choice of a task: a ready one, or the one in the prompt builder."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.prompting.task.draft import OWN
from demos.prompting.task.ready import READY


def task_choice() -> Any:
    """A dropdown of tasks; `OWN` is the draft of the prompt builder that the browser keeps."""
    choices = [*((title, name) for name, title in READY.items()), ("My own, from the prompt builder", OWN)]
    return gr.Dropdown(choices, value="sentiment", label="Task")


def own_task() -> Any:
    """The component into which the page's script puts the draft that the browser keeps (`OWN_TASK`)."""
    return gr.Textbox(visible=False)
