"""The page: a layer, a sentence, the answers side by side, the names, and the file to take along."""

from __future__ import annotations

import base64
import secrets
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.errors import BadInput
from demos.foundations.dialects.compute import DIALECTS, LAYER_FILE
from demos.foundations.dialects.schemas import DialectsInputs, Layer
from demos.foundations.dialects.show import answer, in_fairseq2, table
from demos.foundations.dialects.snippet import snippet
from demos.ui import page
from demos.ui.controls import control, whole_number
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python

ASK = "Compute it in each"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the choices and the places of the answer."""
    with gr.Row():
        layer = control(gr.Dropdown, DialectsInputs, "layer", choices=list(typing.get_args(Layer)))
        number = control(gr.Slider, DialectsInputs, "number")
        text = control(gr.Textbox, DialectsInputs, "text", max_lines=2, scale=2)
    fields = {"layer": layer, "number": number, "text": text}
    filled = examples_row(examples, fields)
    start = gr.Button(ASK, variant="primary")
    asked = Answer(list(fields.values()), ASK)
    guess(asked, Question("The same weights in three codes: how far apart are the results?"))
    said, names = gr.HTML("", padding=False), gr.HTML("", padding=False)
    badge = page.badge()
    code = same_in_python()
    with gr.Accordion("Take it along: safetensors in fairseq's names", open=False):
        make = gr.Button("Make the file")
        file = gr.File(label="File", interactive=False, visible=False)
        others = gr.HTML("", padding=False)
    shown = [said, names, badge, code, others]

    def ask(layer: Layer, number: int, text: str) -> tuple[str, ...]:
        inputs = DialectsInputs(layer, whole_number(number), text or "")
        result = run(DIALECTS, inputs)
        first = headline_html(DIALECTS, inputs, result) + answer(result)
        badge = page.badge_html(result.origin)
        return first, table(result), badge, snippet(inputs, result), in_fairseq2(result)

    def write(values: tuple[Any, ...] | None) -> Any:
        if not values:
            raise BadInput("There is no layer yet.", f"Press “{ASK}” first.")
        layer, number, text = values
        made = run(LAYER_FILE, DialectsInputs(layer, whole_number(number), text or ""))
        folder = Path(file.GRADIO_CACHE) / secrets.token_hex(16)  # Gradio empties it after a day
        folder.mkdir(parents=True)
        path = folder / made.name
        path.write_bytes(base64.b64decode(made.base64))
        return gr.File(str(path), visible=True)

    asked.on([start.click, text.submit], ask, shown)
    asked.on_choice([layer, number], ask, shown, quick=True)
    asked.after(filled, ask, shown)
    page.on([make.click], write, [asked.values], [file])
