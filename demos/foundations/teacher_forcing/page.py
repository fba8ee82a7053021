"""The page: a caption, both histories of its translation, and the losses over many captions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from demos.contract import Example, Run, parse
from demos.foundations.teacher_forcing import wire
from demos.foundations.teacher_forcing.compute import CHANGE_HISTORY, TEACHER_FORCING
from demos.foundations.teacher_forcing.schemas import TITLES, ChangeInputs, TeacherInputs
from demos.foundations.teacher_forcing.show import by_position
from demos.foundations.teacher_forcing.snippet import snippet
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, Scale, guess
from demos.ui.same_in_python import same_in_python
from demos.ui.served import served

MOUNT = """
const box = element.querySelector(".tf-root");
// A saved page has no server to ask.
const ask = typeof StageSaved !== "undefined" ? null : async (request) => {
  const answer = await server.change(request);
  if (answer.error) throw new Error(answer.error);
  return answer;
};
const draw = () => TeacherForcing.draw(box, props.value, ask);
watch("value", draw);
draw();
"""
ASK = "Read and write"
TO_GUESS = "A likely wrong word in the history: how many such words move a later first choice?"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the form, the drawing, the chart and the code."""
    with gr.Row():
        text = control(gr.Textbox, TeacherInputs, "text", lines=2, max_lines=3, scale=3)
        target = control(
            gr.Textbox, TeacherInputs, "target", lines=2, max_lines=3, scale=3, placeholder="Empty: its own"
        )
        choices = [(title, name) for name, title in TITLES.items()]
        model = control(gr.Dropdown, TeacherInputs, "model", choices=choices, scale=2)
    fields = {"text": text, "target": target, "model": model}
    filled = examples_row(examples, fields)
    start = gr.Button(ASK, variant="primary")
    answer = Answer([text, target, model], ASK, about=[text])
    guess(answer, Question(TO_GUESS, Scale(0, 100, unit="%")))
    picture, badge = _drawing(run), page.badge()
    gr.HTML(by_position(), padding=False, elem_classes=["stage-step"])
    code = same_in_python()

    def asked(text: str, target: str, model: str) -> tuple[Any, ...]:
        inputs = parse(TeacherInputs, {"text": text or "", "target": target or "", "model": model})
        result = run(TEACHER_FORCING, inputs)
        return wire.drawn(inputs, result), page.badge_html(result.origin), snippet(inputs, result.origin)

    outputs = [picture, badge, code]
    answer.on([start.click, text.submit, target.submit], asked, outputs)
    answer.on_choice([model], asked, outputs)
    answer.after(filled, asked, outputs)


def _drawing(run: Run) -> gr.HTML:
    """The component whose value is what the script draws."""
    return gr.HTML(
        None,
        html_template='<div class="tf-root stage-trial-root"></div>',
        js_on_load=MOUNT,
        server_functions=[change_served(run)],
        apply_default_css=False,
        min_height=24,
        padding=False,
        elem_id="teacher-forcing",
        elem_classes="stage-step",
    )


def change_served(run: Run) -> Callable[[Any], Any]:
    """What the script calls for a typed word."""

    def change(request: Mapping[str, Any]) -> dict[str, Any]:
        result = run(CHANGE_HISTORY, parse(ChangeInputs, request))
        return wire.change(result.change, result.replaced)

    return served("change", change)
