"""The page: a caption, its words to click, and a column for each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.caption_world.who_sees_what import wire
from demos.caption_world.who_sees_what.compute import WHO_SEES_WHAT
from demos.caption_world.who_sees_what.schemas import WhoInputs
from demos.caption_world.who_sees_what.show import accuracy_html
from demos.contract import Example, Run
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.folded import folded
from demos.ui.freshness import Answer

MOUNT = """
const box = element.querySelector(".who-root");
const draw = () => WhoSeesWhat.draw(box, props.value);
watch("value", draw);
draw();
"""
ASK = "Hide each word"

READING = (
    "<ul>"
    "<li>One word at a time is hidden, and each model is asked what stood there. All three were trained "
    "on the same captions with the same vocabulary, and rank the same pieces of words; a filling that "
    "begins with “-” continues a word.</li>"
    "<li><strong>Could reach</strong> is structure: a word that is struck out cannot change the answer at "
    "the gap, whatever the weights are: the gradient there is exactly zero.</li>"
    "<li><strong>Did reach</strong> is the shade: the length of the gradient of the hidden word's "
    "log-probability with respect to each other word's embedding, as shares that sum to 100 %. A gradient "
    "is one way to tell influence: it says how much a tiny change of a word would matter, not what another "
    "word in its place would do, and words that matter together can each seem unimportant. Shares of "
    "different models are of different wholes.</li>"
    "<li>ELMo's halves are joined by multiplying their probabilities, as if the two sides were independent "
    "once the word is known. The ELMo of the paper joins the halves' states, in another model that is "
    "trained for a task; its halves never see each other either.</li>"
    "</ul>"
)


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the caption, the drawing, and the accuracies over many captions."""
    text = control(gr.Textbox, WhoInputs, "text", lines=2, max_lines=4)
    filled = examples_row(examples, {"text": text})
    start = gr.Button(ASK, variant="primary")
    answer = Answer([text], ASK)
    picture = drawing()
    badge = page.badge()

    def asked(text: str) -> tuple[Any, ...]:
        inputs = WhoInputs(text or "")
        result = run(WHO_SEES_WHAT, inputs)
        return wire.drawn(result), page.badge_html(result.origin)

    answer.on([start.click, text.submit], asked, [picture, badge])
    answer.after(filled, asked, [picture, badge])
    gr.HTML(folded("How to read this", READING), padding=False, elem_classes="stage-aside")
    gr.HTML(accuracy_html(), padding=False, elem_classes=["stage-step", "who-accuracy"])


def drawing() -> gr.HTML:
    """The component whose value is what the script draws."""
    return gr.HTML(
        None,
        html_template='<div class="who-root stage-trial-root"></div>',
        js_on_load=MOUNT,
        apply_default_css=False,
        min_height=24,
        padding=False,
        elem_id="who-sees-what",
        elem_classes="stage-step",
    )
