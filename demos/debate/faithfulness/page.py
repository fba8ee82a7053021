"""The page of the second question: rankings, their agreement, and erasure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.debate import panels, wire
from demos.debate.faithfulness.compute import ERASURE, RANKINGS, RankingInputs
from demos.debate.methods.readable import Unreadable, left_out
from demos.debate.methods.sentence import Erasure
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess

ERASURES = [
    ("Delete the word", "delete"),
    ("Replace it by a mask", "mask"),
    ("Forbid attention to it", "attention"),
]


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lay out the rankings, the erasure curves and the diagnostic guide."""
    panels.steps("trial-rankings")
    with gr.Row():
        text = panels.sentence_box(RankingInputs)
        model = page.model_choice(RANKINGS, RankingInputs.model)
        erase = control(gr.Dropdown, RankingInputs, "erasure", choices=ERASURES)
    fields = {"text": text, "model": model, "erasure": erase}
    filled = examples_row(examples, fields)
    start = gr.Button("Rank the words", variant="primary")
    trial = Answer([text, model, erase], "Rank the words", about=[text])
    guess(trial, Question("Which word matters most: without which one does the answer change most?"))
    badge = page.badge()
    offer, anyway, switched = panels.offer(model)
    ranked = panels.panel(
        "rankings",
        "Rankings: which words does each method name?",
        "The same sentence, coloured by attention and by its rivals.",
    )
    curves = panels.panel(
        "erasure",
        "Erasure: what happens without the words that a ranking puts first?",
        "Words are taken away, most important first, and kept alone, most important first.",
    )
    panels.panel(
        "guide",
        "Diagnostic guide: do the weights help a model that sees no context?",
        "Measured once on SST, not on your sentence.",
        value=wire.guide(),
    )
    asked = gr.State(None)

    def erased(inputs: RankingInputs | None) -> Any:
        return wire.erasure(run(ERASURE, inputs)) if inputs else None

    begin, outputs = partial(_begun, run), [badge, offer, asked, ranked, curves]
    begun = [trial.on([start.click, text.submit], begin, outputs)]
    begun.append(trial.on([anyway.click], partial(begin, anyway=True), outputs))
    begun.append(trial.on_choice([erase], begin, outputs))
    begun += trial.after([*filled, switched], begin, outputs)
    trial.part_after(begun, erased, [asked], curves)


def _begun(run: Run, text: str, model: str, erase: Erasure, anyway: bool = False) -> tuple[Any, ...]:
    """What stands in the badge, the offer, the state and both panels once the words are ranked."""
    inputs = RankingInputs(text or "", model, erase, anyway)
    try:
        result = run(RANKINGS, inputs)
    except Unreadable as error:
        return panels.withheld(error), error.model, None, None, None
    known = page.badge_html(result.origin, left_out(result))
    return known, None, inputs, wire.rankings(result), wire.waiting("Taking words away …")
