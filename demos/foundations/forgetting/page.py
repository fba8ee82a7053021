"""The page: the measured grid, and below it a fine-tuning of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import gradio as gr

from demos.contract import Example, Run
from demos.errors import StageError
from demos.foundations.forgetting.grid import GRID, measured_epochs, measured_rates, rate_said
from demos.foundations.forgetting.live import FINE_TUNE
from demos.foundations.forgetting.reviews import LINES
from demos.foundations.forgetting.schemas import GridInputs, LiveInputs, LiveResult
from demos.foundations.forgetting.show import show_grid, show_live
from demos.foundations.forgetting.snippet import snippet
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, Scale, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python
from demos.ui.stop_button import StopButton
from demos.ui.task_page import inputs_of
from demos.ui.withheld import refused

ASK = "Show"
ABOUT = (
    "### Fine-tune it yourself\n\nThe same small model learns your reviews on this machine, at the rate you "
    "choose, while its old head fills your gap. So few reviews are soon known by heart: the held-out ones "
    "show it. Nothing of it is kept."
)


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out both parts."""
    with gr.Row():
        rates = [(rate_said(rate), rate) for rate in measured_rates()]
        rate = control(gr.Dropdown, GridInputs, "rate", choices=rates)
        epochs = control(gr.Slider, GridInputs, "epochs", maximum=measured_epochs())
    filled = examples_row(examples, {"rate": rate, "epochs": epochs})
    start = gr.Button(ASK, variant="primary")
    answer = Answer([rate, epochs], ASK)
    guess(answer, Question("How many of the gaps does the old head fill?", Scale(0, 100, unit="%")))
    shown, badge = gr.HTML("", padding=False), page.badge()

    def ask(rate: float, epochs: int) -> tuple[str, str]:
        inputs = inputs_of(GridInputs, {"rate": rate, "epochs": epochs})
        result = run(GRID, inputs)
        answer = headline_html(GRID, inputs, result) + show_grid(inputs, result)
        return answer, page.badge_html(result.origin, "measured by training/forgetting.py")

    answer.on([start.click], ask, [shown, badge])
    answer.on_choice([rate, epochs], ask, [shown, badge], quick=True)
    answer.after(filled, ask, [shown, badge])
    _live(run)


def _live(run: Run) -> None:
    gr.Markdown(ABOUT)
    with gr.Row(elem_classes="forget-live"):
        given = "\n".join(LINES)
        reviews = control(gr.Textbox, LiveInputs, "reviews", value=given, lines=6, max_lines=12, scale=3)
        with gr.Column(scale=2, min_width=240):
            gap = control(gr.Textbox, LiveInputs, "gap", max_lines=2)
            with gr.Row():
                rate = control(gr.Number, LiveInputs, "rate", min_width=100)
                seed = control(gr.Number, LiveInputs, "seed", precision=0, min_width=80)
            seconds = control(gr.Slider, LiveInputs, "seconds")
    with gr.Row():
        start = gr.Button("Fine-tune", variant="primary")
        stop = StopButton()
    fields = {"reviews": reviews, "gap": gap, "rate": rate, "seconds": seconds, "seed": seed}
    answer = Answer(list(fields.values()), "Fine-tune", stop)
    shown, badge = gr.HTML("", padding=False), page.badge()
    code = same_in_python(snippet(LiveInputs()))
    trained = partial(_trained, run, tuple(fields))
    answer.on([start.click], trained, [shown, badge, code], page.queue_of(FINE_TUNE))


def _trained(run: Run, names: tuple[str, ...], *values: object) -> Iterator[tuple[str, str, str]]:
    """The training as it goes on; what was made stays if it is stopped or fails."""
    last: tuple[LiveInputs, LiveResult] | None = None

    def whole(stopped: bool = False) -> tuple[str, str, str]:
        if last is None:
            return "", "", ""
        inputs, result = last
        said = headline_html(FINE_TUNE, inputs, result) + show_live(result, inputs.seconds, stopped)
        badge = page.badge_html(result.origin) if result.origin else ""
        return said, badge, snippet(inputs)

    try:
        inputs = inputs_of(LiveInputs, dict(zip(names, values, strict=True)))
        for result in run.stream(FINE_TUNE, inputs):
            last = inputs, result
            yield whole()
    except Stopped:
        yield whole(True)
    except StageError as error:
        said, badge, code = whole(True)
        yield said + refused(error), badge, code
