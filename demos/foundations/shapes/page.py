"""The page: a model or a pasted configuration, the size of the dummy input, the picture, the tree."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.foundations.shapes.compute import SHAPES, offered
from demos.foundations.shapes.picture import picture
from demos.foundations.shapes.schemas import PASTED, Precision, ShapesInputs
from demos.foundations.shapes.show import figures, tree
from demos.foundations.shapes.snippet import snippet
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python

ASK = "Look at the shapes"
MOST = {"batch": 64, "length": 2048, "target": 2048}
"""The sliders' ends; a number beyond them can be asked of the API."""


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the choices and the places of the answer."""
    choices = [("The config.json below", PASTED), *((entry.title, entry.name) for entry in offered())]
    with gr.Row():
        source = control(gr.Dropdown, ShapesInputs, "source", choices=choices, filterable=True)
        sizes = {name: control(gr.Slider, ShapesInputs, name, maximum=most) for name, most in MOST.items()}
        precision = control(
            gr.Dropdown, ShapesInputs, "precision", choices=list(typing.get_args(Precision)), min_width=120
        )
    config = control(
        gr.Textbox,
        ShapesInputs,
        "config",
        lines=2,
        max_lines=10,
        placeholder="Or paste the config.json of any model here. Nothing in it is run.",
    )
    fields = {"source": source, **sizes, "precision": precision, "config": config}
    filled = examples_row(examples, fields)
    start = gr.Button(ASK, variant="primary")
    asked = Answer(list(fields.values()), ASK)
    guess(asked, Question("Which step takes most FLOPs for this input?"))
    drawn = gr.HTML("", padding=False)
    table, badge = gr.HTML("", padding=False), page.badge()
    code = same_in_python()
    shown = [drawn, table, badge, code]

    def ask(*values: Any) -> tuple[str, str, str, str] | None:
        given: list[Any] = ["" if value is None else value for value in values]
        inputs = ShapesInputs(*given)
        if inputs.source == PASTED and not inputs.config.strip():
            return None
        result = run(SHAPES, inputs)
        first = headline_html(SHAPES, inputs, result) + figures(inputs, result) + picture(inputs, result)
        made_by = page.badge_html(result.origin) if result.origin else ""
        return first, tree(inputs, result), made_by, snippet(inputs, result)

    asked.on([start.click], ask, shown)
    asked.on_choice([source, *sizes.values(), precision], ask, shown, quick=True)
    asked.after(filled, ask, shown)
    # What is typed is meant: the choice of a model would otherwise leave it unread.
    config.input(
        None,
        None,
        [source],
        js=f"() => {PASTED!r}",
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )
