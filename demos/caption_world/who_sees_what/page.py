"""The page: a caption, its words to click, and a column for each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.caption_world.who_sees_what import wire
from demos.caption_world.who_sees_what.compute import WHO_SEES_WHAT
from demos.caption_world.who_sees_what.schemas import WhoInputs
from demos.caption_world.who_sees_what.show import accuracy_html
from demos.caption_world.who_sees_what.snippet import snippet
from demos.contract import Example, Run
from demos.ui import page
from demos.ui.controls import control
from demos.ui.drawing import drawing
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.same_in_python import same_in_python

ASK = "Hide each word"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the caption, the drawing, and the accuracies over many captions."""
    text = control(gr.Textbox, WhoInputs, "text", lines=2, max_lines=4)
    filled = examples_row(examples, {"text": text})
    start = gr.Button(ASK, variant="primary")
    answer = Answer([text], ASK)
    guess(answer, Question("Which model fills the gap best?"))
    picture = drawing("WhoSeesWhat", "who-root stage-trial-root", "who-sees-what")
    badge = page.badge()
    gr.HTML(accuracy_html(), padding=False, elem_classes=["stage-step", "who-accuracy"])
    code = same_in_python()

    def asked(text: str) -> tuple[Any, ...]:
        inputs = WhoInputs(text or "")
        result = run(WHO_SEES_WHAT, inputs)
        return wire.drawn(result), page.badge_html(result.origin), snippet(inputs, result)

    answer.on([start.click, text.submit], asked, [picture, badge, code])
    answer.after(filled, asked, [picture, badge, code])
