"""The page of the prompt experiments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from demos.contract import Example, Run, to_plain
from demos.prompting.builder import show as prompt_show
from demos.prompting.builder.page import STYLES_OF_PROMPT
from demos.prompting.builder.schemas import ExperimentInputs
from demos.prompting.experiments import show
from demos.prompting.experiments.compute import CURVE, NOISE, ORDER, WORDS
from demos.prompting.task.choice import own_task, task_choice
from demos.prompting.task.draft import MAX_SHOTS, OWN_TASK, task_named
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, Scale, guess
from demos.ui.headline import headline_html
from demos.ui.stop_button import StopButton

TITLES = {
    "Number of shots": CURVE,
    "Order of four shots": ORDER,
    "Labels of the shots": NOISE,
    "Words for the labels": WORDS,
}


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lay out the choice of experiment and the chart that grows."""
    with gr.Row():
        experiment = gr.Radio(list(TITLES), value="Number of shots", label="Experiment")
    with gr.Row():
        task = task_choice()
        model = page.model_choice(CURVE, ExperimentInputs.model)
        style = control(gr.Dropdown, ExperimentInputs, "style", choices=STYLES_OF_PROMPT)
    with gr.Row():
        k = control(gr.Slider, ExperimentInputs, "k", maximum=MAX_SHOTS)
        rows = control(gr.Slider, ExperimentInputs, "rows", minimum=4)
        seeds = control(gr.Slider, ExperimentInputs, "seeds", maximum=5)
    fields = {"task": task, "k": k, "rows": rows, "seeds": seeds, "style": style, "model": model}
    filled = examples_row(examples, fields, more={"experiment": experiment})
    with gr.Row():
        start = gr.Button("Run the experiment", variant="primary")
        stop = StopButton()
    measured = Answer([experiment, *fields.values()], "Run the experiment", stop)
    guess(measured, Question(show.TO_GUESS, Scale(0, 100, unit="%")))
    chart = gr.HTML("", padding=False)
    badge = page.badge()
    with gr.Accordion("The numbers as JSON", open=False):
        numbers = gr.Code(language="json", show_label=False, interactive=False, max_lines=20)
    own = own_task()

    answer = partial(_measured, run, list(fields))
    shown = {"outputs": [chart, badge, numbers], "queue": page.WRITING_QUEUE, "js": OWN_TASK, "extra": [own]}
    measured.on([start.click], answer, **shown)
    measured.after(filled, answer, **shown)


def _measured(run: Run, fields: Iterable[str], chosen: str, *values: Any) -> Iterator[tuple[str, str, str]]:
    *given, drafted = values
    inputs = ExperimentInputs(**dict(zip(fields, given, strict=True)))
    inputs = replace(inputs, task=task_named(inputs.task, drafted))
    chart, badge, written = '<p class="stage-notice">Asking the model …</p>', "", ""
    yield chart, badge, written
    try:
        for result in run.stream(endpoint := TITLES[chosen], inputs):
            written = json.dumps(to_plain(result), indent=1, ensure_ascii=False)
            chart = headline_html(endpoint, inputs, result) + show.experiment_chart(result)
            badge = page.badge_html(result.origin)
            yield chart, badge, written
    except Stopped:
        yield chart + prompt_show.STOPPED, badge, written
