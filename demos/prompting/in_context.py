"""What changes with shots, their order, their labels and the words for them? Count, do not guess.

Every experiment asks the same frozen test rows under several conditions and shows the accuracy, without and
with *contextual calibration* (Zhao et al. 2021), beside the line of guessing.

- **Number of shots**: 0, 1, 2, 4, 8; each seed draws other shots (Brown et al. 2020).
- **Order**: all orders of the same four shots (Lu et al. 2022).
- **Labels of the shots**: right, random, or no shots at all. Min et al. 2022 found random labels to cost
  little in large models; Yoo et al. 2022 show that it depends.
- **Words for the labels**: the task's own, letters, and the own words exchanged.

The dots are single runs, the pale band is the 95 % interval of the mean: with few rows it is wide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from demos.contract import Endpoint, Example, Info, Run, to_plain
from demos.prompting.builder import DECODERS, SCRIPTS, STYLES, STYLES_OF_PROMPT
from demos.prompting.draft import OWN_TASK, task_named
from demos.prompting.experiment_answers import (
    check_experiment,
    k_curve_answer,
    label_noise_answer,
    label_words_answer,
    order_answer,
)
from demos.prompting.results import ExperimentInputs
from demos.stopping import Stopped

__all__ = ["ENDPOINTS", "EXAMPLES", "INFO", "SCRIPTS", "STYLES", "build"]

INFO = Info(
    slug="prompt-experiments",
    title="Prompt experiments",
    tab="Prompting",
    limits=(
        "The test rows are few and were written for this project: differences smaller than the intervals say "
        "nothing. SmolLM2-135M is at or near chance on several of the tasks; what it does with shots need "
        "not hold for larger models. The shots come from the same task and style as the test rows. With a "
        "task of your own both are what you wrote into the prompt builder."
    ),
)

EXAMPLES = (
    Example("Shots for topics: 40 rows, 3 seeds", ExperimentInputs("topic")),
    Example("Too little to tell: 6 rows, 1 seed", ExperimentInputs("sentiment", rows=6, seeds=1)),
)

CURVE = Endpoint("k_curve", k_curve_answer, DECODERS, check=check_experiment)
ORDER = Endpoint("order_sensitivity", order_answer, DECODERS, check=check_experiment)
NOISE = Endpoint("label_noise", label_noise_answer, DECODERS, check=check_experiment)
WORDS = Endpoint("label_words", label_words_answer, DECODERS, check=check_experiment)
ENDPOINTS = (CURVE, ORDER, NOISE, WORDS)

TITLES = {
    "Number of shots": CURVE,
    "Order of four shots": ORDER,
    "Labels of the shots": NOISE,
    "Words for the labels": WORDS,
}


def build(run: Run) -> None:
    """Lay out the choice of experiment and the chart that grows."""
    import gradio as gr

    from demos import page
    from demos.freshness import Answer, StopButton
    from demos.prompting import experiment_pictures, pictures
    from demos.prompting.task_choice import own_task, task_choice

    with gr.Row():
        experiment = gr.Radio(list(TITLES), value="Number of shots", label="Experiment")
    with gr.Row():
        task = task_choice()
        model = page.model_choice(CURVE, "smollm2")
        style = gr.Dropdown(STYLES_OF_PROMPT, value="plain", label="Format")
    with gr.Row():
        k = gr.Slider(1, 8, value=4, step=1, label="Shots per prompt (not for their number)")
        rows = gr.Slider(4, 200, value=40, step=1, label="Test rows (the ready tasks have 40)")
        seeds = gr.Slider(1, 5, value=3, step=1, label="Seeds (draws of shots)")
    fields = {"task": task, "k": k, "rows": rows, "seeds": seeds, "style": style, "model": model}
    filled = page.examples(EXAMPLES, fields)
    with gr.Row():
        start = gr.Button("Run the experiment", variant="primary")
        stop = StopButton()
    measured = Answer([experiment, *fields.values()], "Run the experiment", stop)
    chart = gr.HTML("", padding=False)
    badge = page.badge()
    with gr.Accordion("The numbers as JSON", open=False):
        numbers = gr.Code(language="json", show_label=False, interactive=False, max_lines=20)
    own = own_task()

    def answer(chosen: str, *values: Any) -> Iterator[tuple[str, str, str]]:
        *values, drafted = values
        inputs = ExperimentInputs(**dict(zip(fields, values, strict=True)))
        inputs = replace(inputs, task=task_named(inputs.task, drafted))
        chart, badge, written = '<p class="stage-notice">Asking the model …</p>', "", ""
        yield chart, badge, written
        try:
            for result in run.stream(TITLES[chosen], inputs):
                written = json.dumps(to_plain(result), indent=1, ensure_ascii=False)
                chart, badge = experiment_pictures.experiment_chart(result), page.badge_html(result.origin)
                yield chart, badge, written
        except Stopped:
            yield chart + pictures.STOPPED, badge, written

    shown = {"outputs": [chart, badge, numbers], "queue": page.WRITING_QUEUE, "js": OWN_TASK, "extra": [own]}
    measured.on([start.click], answer, **shown)
    measured.after(filled, answer, **shown)
