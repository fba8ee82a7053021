"""The page: a sentence and its slider, and below it a training of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from demos.caption_world.watch_it_learn import wire
from demos.caption_world.watch_it_learn.compute import WATCH
from demos.caption_world.watch_it_learn.own_lines import LINES
from demos.caption_world.watch_it_learn.schemas import TITLES, TrainInputs, TrainResult, WatchInputs
from demos.caption_world.watch_it_learn.snippet import snippet
from demos.caption_world.watch_it_learn.training import TRAIN
from demos.contract import Example, Run, parse
from demos.errors import StageError
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.controls import control
from demos.ui.drawing import drawing
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.same_in_python import same_in_python
from demos.ui.stop_button import StopButton
from demos.ui.task_page import inputs_of, took

DRAWING = ("CaptionWorldLearn", "stage-world-root")
NOT_SHOWN = (
    "A GPT-2 with 2 layers and a width of 64 reads your lines character by character, on this machine. It "
    "shows how a loss falls and how a model begins to know lines by heart, not what language models learn "
    "from billions of words. With ten lines or more every fifth is held out: where its loss rises "
    "while the other falls, the model overfits. Nothing of it is kept."
)


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out both parts."""
    with gr.Row():
        text = control(gr.Textbox, WatchInputs, "text", lines=2, max_lines=4, scale=3)
        model = control(gr.Dropdown, WatchInputs, "model", choices=[(t, n) for n, t in TITLES.items()])
    # Laid out below, with the training; a link carries it, too.
    paste = {"value": "", "placeholder": "Paste up to 50 lines, or press one of the buttons below."}
    lines = control(gr.Textbox, TrainInputs, "lines", lines=6, max_lines=20, scale=3, render=False, **paste)
    filled = examples_row(examples, {"text": text, "model": model}, more={"lines": lines})
    start = gr.Button("Watch", variant="primary")
    answer = Answer([text, model], "Watch", about=[text])
    shown, badge = drawing(*DRAWING, "learn-watch"), page.badge()
    code = same_in_python()
    ask = partial(_watched, run)
    answer.on([start.click, text.submit], ask, [shown, badge, code])
    answer.on_choice([model], ask, [shown, badge, code])
    answer.after(filled, ask, [shown, badge, code])
    _train_one(run, lines)


def _train_one(run: Run, lines: gr.Textbox) -> None:
    gr.Markdown(f"### Train one yourself\n\n{NOT_SHOWN}")
    with gr.Column(elem_classes="cw-train"):
        with gr.Row():
            lines.render()
            with gr.Column(min_width=200):
                seconds = control(gr.Slider, TrainInputs, "seconds")
                seed = control(gr.Number, TrainInputs, "seed", precision=0)
        with gr.Row(elem_classes="cw-lines"):
            for label, some in LINES.items():
                button = gr.Button(label, size="sm", min_width=60, scale=0)
                page.at_once([button.click], _given("\n".join(some)), [], [lines])
        with gr.Row():
            start = gr.Button("Train", variant="primary")
            stop = StopButton()
    answer = Answer([lines, seconds, seed], "Train", stop)
    shown, problem = drawing(*DRAWING, "learn-train"), gr.HTML("", padding=False, elem_classes="stage-aside")
    answer.on([start.click], partial(_trained, run), [shown, problem], page.queue_of(TRAIN))


def _given(text: str) -> Callable[[], str]:
    return lambda: text


def _watched(run: Run, text: str, model: str) -> tuple[Any, str, str]:
    inputs = parse(WatchInputs, {"text": text or "", "model": model})
    result = run(WATCH, inputs)
    said = "" if result.origin.recorded else took(result.seconds)
    return wire.watch(inputs, result), page.badge_html(result.origin, said), snippet(inputs, result)


def _trained(run: Run, lines: str, seconds: int, seed: int) -> Iterator[tuple[Any, str]]:
    """The training as it goes on; what was made stays if it is stopped or fails."""
    last: TrainResult | None = None
    try:
        inputs = inputs_of(TrainInputs, {"lines": lines or "", "seconds": seconds, "seed": seed})
    except StageError as error:
        yield None, _refused(error)
        return
    try:
        for last in run.stream(TRAIN, inputs):
            yield wire.train(inputs, last), ""  # pyright: ignore[reportArgumentType]
    except Stopped:
        yield wire.train(inputs, last, stopped=True) if last else None, ""
    except StageError as error:
        yield wire.train(inputs, last, stopped=True) if last else None, _refused(error)


def _refused(error: StageError) -> str:
    return f'<p class="task-withheld" role="alert">{escape(str(error))}</p>'
