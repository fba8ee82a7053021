"""The page: two sentences, both heads, and their accuracy over many pairs."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from demos.caption_world.next_sentence.compute import NEXT_SENTENCE
from demos.caption_world.next_sentence.schemas import PairInputs
from demos.caption_world.next_sentence.show import accuracy_html, show
from demos.caption_world.next_sentence.snippet import snippet
from demos.contract import Example, Run
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, Scale, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python

ASK = "Do they go together?"
TO_GUESS = "What probability does BERT give that the second goes with the first?"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the form, the answer and the figures."""
    with gr.Row():
        first = control(gr.Textbox, PairInputs, "first", lines=2, max_lines=3)
        second = control(gr.Textbox, PairInputs, "second", lines=2, max_lines=3)
    filled = examples_row(examples, {"first": first, "second": second})
    start = gr.Button(ASK, variant="primary")
    asked = Answer([first, second], ASK, about=[first, second])
    guess(asked, Question(TO_GUESS, Scale(0, 100, unit="%")))
    answer, badge = gr.HTML("", padding=False), page.badge()
    gr.HTML(accuracy_html(), padding=False, elem_classes=["stage-step"])
    code = same_in_python()

    def ask(first: str, second: str) -> tuple[str, str, str]:
        inputs = PairInputs(first or "", second or "")
        result = run(NEXT_SENTENCE, inputs)
        answered = headline_html(NEXT_SENTENCE, inputs, result) + show(result)
        return answered, page.badge_html(result.origin), snippet(inputs, result)

    asked.on([start.click, first.submit, second.submit], ask, [answer, badge, code])
    asked.after(filled, ask, [answer, badge, code])
