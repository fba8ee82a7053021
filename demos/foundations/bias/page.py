"""The page: pairs of sentences, words for their gap, and a bar for each word."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from demos.contract import Example, Run
from demos.errors import StageError
from demos.foundations.bias.compute import BIAS
from demos.foundations.bias.schemas import DEFAULT, BiasInputs
from demos.foundations.bias.show import show
from demos.foundations.bias.snippet import snippet
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python
from demos.ui.task_page import inputs_of, took
from demos.ui.withheld import refused

ASK = "Compare"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the form and the answer."""
    with gr.Row():
        pairs = control(gr.Textbox, BiasInputs, "pairs", lines=5, max_lines=8, scale=3)
        with gr.Column(scale=2, min_width=260):
            words = control(gr.Textbox, BiasInputs, "words", lines=2, max_lines=4)
            model = page.model_choice(BIAS, DEFAULT)
    fields = {"pairs": pairs, "words": words, "model": model}
    filled = examples_row(examples, fields)
    start = gr.Button(ASK, variant="primary")
    answer = Answer(list(fields.values()), ASK, about=[pairs])
    guess(answer, Question("Which word leans furthest to the second side?"))
    shown, badge = gr.HTML("", padding=False, elem_classes="task-answer"), page.badge()
    code = same_in_python()

    def ask(pairs: str, words: str, model: str) -> tuple[str, str, str]:
        try:
            inputs = inputs_of(BiasInputs, {"pairs": pairs or "", "words": words or "", "model": model})
            result = run(BIAS, inputs)
        except StageError as error:
            return refused(error), "", ""
        said = "" if result.origin.recorded else took(result.seconds)
        answered = headline_html(BIAS, inputs, result) + show(result)
        return answered, page.badge_html(result.origin, said), snippet(inputs, result)

    answer.on([start.click, words.submit], ask, [shown, badge, code])
    answer.on_choice([model], ask, [shown, badge, code])
    answer.after(filled, ask, [shown, badge, code])
