"""The page: texts, the three ways of batching them, and stopwatches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.foundations.bucketing import wire
from demos.foundations.bucketing.compute import BUCKETING
from demos.foundations.bucketing.measure import MEASURE_BUCKETS, MEASURE_LOOPS
from demos.foundations.bucketing.schemas import BATCHES, BucketingInputs, LoopsInputs, MeasureInputs
from demos.foundations.bucketing.show import loops_html, times_html
from demos.foundations.bucketing.snippet import snippet
from demos.ui import page
from demos.ui.controls import control, whole_number
from demos.ui.drawing import drawing
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, Scale, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python
from demos.ui.task_page import inputs_of

ASK = "Batch them"
SETTINGS = "(texts) => [texts, ...FoundationsBucketing.settings()]"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the texts, the picture and what can be measured."""
    shown = "\n".join(BucketingInputs().texts)
    texts = control(gr.Textbox, BucketingInputs, "texts", value=shown, lines=6, max_lines=8)
    filled = examples_row(examples, {"texts": texts})
    start = gr.Button(ASK, variant="primary")
    answer = Answer([texts], ASK)
    guess(answer, Question("How much is padding, batched in order?", Scale(0, 100, unit="%")))
    picture = drawing("FoundationsBucketing", "bk-root", "bucketing-areas")
    badge, code = page.badge(), same_in_python()

    def asked(texts: str) -> tuple[Any, ...]:
        inputs = inputs_of(BucketingInputs, {"texts": texts or ""})
        result = run(BUCKETING, inputs)
        return wire.drawn(inputs, result), page.badge_html(result.origin), snippet(inputs, result)

    answer.on([start.click], asked, [picture, badge, code])
    answer.after(filled, asked, [picture, badge, code])
    _measured(run, texts)
    _loops(run)


def _measured(run: Run, texts: gr.Textbox) -> None:
    """The seconds of the three ways, for the texts and the settings of the picture."""
    ask = "Measure it here, now"
    start = gr.Button(ask)
    batch, buckets = (gr.Textbox("", visible="hidden") for _ in range(2))
    answer = Answer([texts], ask)
    times = gr.HTML("", padding=False, elem_classes="bk-answer")

    def asked(texts: str, batch: str, buckets: str) -> tuple[Any, ...]:
        chosen = {"batch": whole_number(batch, BATCHES[2]), "buckets": whole_number(buckets, 4)}
        inputs = inputs_of(MeasureInputs, {"texts": texts or "", **chosen})
        result = run(MEASURE_BUCKETS, inputs)
        return (headline_html(MEASURE_BUCKETS, inputs, result) + times_html(result),)

    answer.on([start.click], asked, [times], js=SETTINGS, extra=[batch, buckets])


def _loops(run: Run) -> None:
    """The notes' other advice, folded away: it is about Python, not about transformers."""
    with gr.Accordion("A footnote: list comprehension, loop, map or numpy?", open=False):
        ask = "Measure that, too"
        numbers = control(gr.Slider, LoopsInputs, "numbers", step=1_000)
        start = gr.Button(ask)
        answer = Answer([numbers], ask)
        times = gr.HTML("", padding=False, elem_classes="bk-answer")

        def asked(numbers: int) -> tuple[Any, ...]:
            inputs = LoopsInputs(whole_number(numbers))
            result = run(MEASURE_LOOPS, inputs)
            return (headline_html(MEASURE_LOOPS, inputs, result) + loops_html(result),)

        answer.on([start.click], asked, [times])
