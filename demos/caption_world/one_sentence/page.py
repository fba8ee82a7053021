"""The page: two captions, the number of the hidden word, and a card for each architecture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.caption_world.one_sentence.compute import CAPTION_WORLD
from demos.caption_world.one_sentence.schemas import CaptionWorldInputs
from demos.caption_world.one_sentence.show import show
from demos.caption_world.one_sentence.snippet import snippet
from demos.contract import Example, Run
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python

ASK = "Ask all"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the form and the place of the answers."""
    with gr.Row():
        text = control(gr.Textbox, CaptionWorldInputs, "text", max_lines=3, scale=3, placeholder="A dog …")
        second = control(gr.Textbox, CaptionWorldInputs, "second", max_lines=3, scale=3)
        word = control(gr.Number, CaptionWorldInputs, "word", precision=0, scale=1, min_width=120)
    fields = {"text": text, "second": second, "word": word}
    filled = examples_row(examples, fields)
    start = gr.Button(ASK, variant="primary")
    asked = Answer([text, second, word], ASK, about=[text, second])
    answer, badge = gr.HTML("", padding=False), page.badge()
    code = same_in_python()

    def ask(text: str, second: str, word: int | None) -> tuple[Any, ...]:
        inputs = CaptionWorldInputs(text or "", second or "", int(word or 0))
        result = run(CAPTION_WORLD, inputs)
        answered = headline_html(CAPTION_WORLD, inputs, result) + show(result)
        return answered, page.badge_html(result.origin), snippet(inputs)

    asked.on([start.click, text.submit, second.submit], ask, [answer, badge, code])
    asked.after(filled, ask, [answer, badge, code])
