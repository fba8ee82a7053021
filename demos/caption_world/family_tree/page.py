"""The page: which rows, in which order, and the caption of the pictures."""

from __future__ import annotations

import typing
from collections.abc import Sequence

import gradio as gr

from demos.caption_world.family_tree.compute import FAMILY_TREE
from demos.caption_world.family_tree.schemas import Family, FamilyTreeInputs, Order
from demos.caption_world.family_tree.show import show
from demos.contract import Example, Run
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.headline import headline_html

ASK = "Show"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the choices and the table."""
    with gr.Row():
        family = control(gr.Dropdown, FamilyTreeInputs, "family", choices=list(typing.get_args(Family)))
        order = control(gr.Dropdown, FamilyTreeInputs, "order", choices=list(typing.get_args(Order)))
        text = control(gr.Textbox, FamilyTreeInputs, "text", max_lines=2, scale=2)
    fields = {"family": family, "order": order, "text": text}
    filled = examples_row(examples, fields)
    start = gr.Button(ASK, variant="primary")
    asked = Answer([family, order, text], ASK)
    answer, badge = gr.HTML("", padding=False), page.badge()

    def ask(family: Family, order: Order, text: str) -> tuple[str, str]:
        inputs = FamilyTreeInputs(family, order, text or "")
        result = run(FAMILY_TREE, inputs)
        return headline_html(FAMILY_TREE, inputs, result) + show(result), page.badge_html(result.origin)

    asked.on([start.click, text.submit], ask, [answer, badge])
    asked.on([family.input, order.input], ask, [answer, badge])
    asked.after(filled, ask, [answer, badge])
