"""The page: a text, the merges that it teaches, and the same text by existing tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.foundations.tokens import wire
from demos.foundations.tokens.compute import TOKENIZE, choices, wanted
from demos.foundations.tokens.learn import BPE_MERGES
from demos.foundations.tokens.schemas import MAX_TOKENIZERS, SHOWN, MergesInputs, TokenizeInputs
from demos.foundations.tokens.show import costs_html, pieces_html
from demos.foundations.tokens.snippet import snippet
from demos.ui import page
from demos.ui.controls import control
from demos.ui.drawing import drawing
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python

ASK = "Learn and split"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the text, the merges and the comparison."""
    text = control(gr.Textbox, TokenizeInputs, "text", lines=3, max_lines=8)
    models = _choice()
    filled = examples_row(examples, {"text": text}, more={"models": models})
    start = gr.Button(ASK, variant="primary")
    with gr.Accordion("Tokenizers", open=False):
        models.render()
    answer = Answer([text, models], ASK)
    guess(answer, Question("Which tokenizer needs the fewest tokens for this text?"))
    merges = drawing("FoundationsTokens", "tk-root", "tokens-merges")
    costs = gr.HTML("", padding=False, elem_classes="tk-answer")
    pieces = gr.HTML("", padding=False, elem_classes="tk-answer")
    badge, code = page.badge(), same_in_python()

    def asked(text: str, models: Sequence[str] | None) -> tuple[Any, ...]:
        learned = run(BPE_MERGES, MergesInputs(text or ""))
        inputs = TokenizeInputs(text or "", _named(models))
        result = run(TOKENIZE, inputs)
        table = headline_html(TOKENIZE, inputs, result) + costs_html(result)
        shown = wire.drawn(learned), table, pieces_html(result)
        return *shown, page.badge_html(result.origin), snippet(inputs, learned, result)

    outputs = [merges, costs, pieces, badge, code]
    answer.on([start.click, models.input], asked, outputs)
    answer.after(filled, asked, outputs)


def _choice() -> gr.Dropdown:
    """Laid out below the examples; a link carries it, too."""
    return gr.Dropdown(
        [(entry.title, entry.name) for entry in choices()],
        value=wanted(SHOWN),
        multiselect=True,
        max_choices=MAX_TOKENIZERS,
        label="Whose tokenizers read the text; a Unigram vocabulary of captions always does",
        render=False,
    )


def _named(models: Sequence[str] | None) -> tuple[str, ...]:
    """Those chosen; where they are the ones that a page begins with, by their constant name, under which
    examples are recorded."""
    chosen = tuple(models or ())
    return SHOWN if list(chosen) == wanted(SHOWN) else chosen
