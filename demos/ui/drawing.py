"""A component whose value a script of the page draws, anew whenever the value changes."""

from __future__ import annotations

from typing import Any

import gradio as gr

MOUNT = """
const box = element.querySelector(".{first}");
const draw = () => {script}.draw(box, props.value);
watch("value", draw);
draw();
"""


def drawing(script: str, root: str, elem_id: str, value: Any = None) -> gr.HTML:
    """`script` is the name of an object with `draw(box, value)`; `root` are the classes of the box, of which
    the first is its own."""
    return gr.HTML(
        value,
        html_template=f'<div class="{root}"></div>',
        js_on_load=MOUNT.replace("{script}", script).replace("{first}", root.split()[0]),
        apply_default_css=False,
        min_height=24,
        padding=False,
        elem_id=elem_id,
        elem_classes="stage-step",
    )
