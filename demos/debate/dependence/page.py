"""The page of the first question: a panel per experiment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import gradio as gr

from demos.contract import Endpoint, Example, Run, parse
from demos.debate import panels, wire
from demos.debate.dependence.compute import (
    ADVERSARY,
    CONSISTENT,
    PERMUTE,
    PREDICT,
    UNIFORM,
)
from demos.debate.methods.readable import Unreadable, left_out
from demos.debate.methods.schemas import PredictInputs, TrialInputs
from demos.errors import Unsupported
from demos.ui import page
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.served import served

EXPERIMENTS = 4
"""Panels that wait for the first one, which shows the weights."""


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lay out one panel per experiment. The panels fill one after another."""
    panels.steps("trial")
    with gr.Row():
        text = panels.sentence_box(TrialInputs)
        model = page.model_choice(PREDICT, TrialInputs.model)
    fields = {"text": text, "model": model}
    filled = examples_row(examples, fields)
    start = gr.Button("Put on trial", variant="primary")
    trial = Answer([text, model], "Put on trial", about=[text])
    guess(trial, Question("Which word gets most of the model's attention?"))
    badge = page.badge()
    offer, anyway, switched = panels.offer(model)
    drawings = _drawings(run)
    # What is typed or chosen while the panels fill is for the next trial.
    asked = gr.State(None)

    begin, outputs = partial(_begun, run), [badge, offer, asked, *drawings]
    begun = [trial.on([start.click, text.submit], begin, outputs)]
    begun.append(trial.on([anyway.click], partial(begin, anyway=True), outputs))
    begun += trial.after([*filled, switched], begin, outputs)
    for number, function in enumerate(_experiments(run), 1):
        rest = drawings[number + 1 :]
        begun = trial.part_after(begun, function, [asked], drawings[number], rest)


def _drawings(run: Run) -> list[gr.HTML]:
    """The panels: the weights to be edited, and one for each of `_experiments`."""
    edit = panels.panel(
        "weights",
        "Edit: what if it had looked elsewhere?",
        "Drag the words' weights and watch the answer.",
        [_predicted(run)],
    )
    shuffles = panels.panel(
        "permute",
        "Permute: what if the weights stood on other words?",
        "The model's own weights are shuffled among the words a hundred times.",
    )
    flat = panels.panel(
        "uniform",
        "Uniform: what if it looked everywhere alike?",
        "Every word gets the same weight: put in after training, or trained with from the start.",
    )
    attack = panels.panel(
        "adversary",
        "Adversary: how different can the weights be for the same answer?",
        "Weights far from the model's own are searched that leave the answer almost as it was.",
    )
    trained = panels.panel(
        "consistent",
        "Model-consistent adversary: can a whole model look elsewhere and answer alike?",
        "Further BiLSTMs were trained to agree with the first and attend elsewhere, with growing strength λ.",
    )
    return [edit, shuffles, flat, attack, trained]


def _begun(run: Run, text: str, model: str, anyway: bool = False) -> tuple[Any, ...]:
    """What stands in the badge, the offer, the state and the panels once the weights are there."""
    inputs = TrialInputs(text or "", model, anyway)
    first = PredictInputs(inputs.text, model, anyway=anyway)
    try:
        result = run(PREDICT, first)
    except Unreadable as error:
        return panels.withheld(error), error.model, None, *[None] * (1 + EXPERIMENTS)
    known = page.badge_html(result.origin, left_out(result))
    waits = [wire.waiting("Waiting for its turn …")] * EXPERIMENTS
    return known, None, inputs, wire.weights(result, first), *waits


def _experiments(run: Run) -> tuple[Callable[[TrialInputs | None], Any], ...]:
    """What fills the panels behind the first, in their order."""

    def answer(endpoint: Endpoint, payload: Any) -> Any:
        return lambda inputs: payload(run(endpoint, inputs)) if inputs else None

    def attacked(inputs: TrialInputs | None) -> Iterator[Any]:
        for result in run.stream(ADVERSARY, inputs) if inputs else ():
            yield wire.adversary(result)

    def trained_elsewhere(inputs: TrialInputs | None) -> Any:
        try:
            return wire.consistent(run(CONSISTENT, inputs)) if inputs else None
        except Unsupported as error:
            return wire.note(str(error), "consistent")

    return answer(PERMUTE, wire.permutations), answer(UNIFORM, wire.uniform), attacked, trained_elsewhere


def _predicted(run: Run) -> Any:
    """The function that the page's script calls while a weight is dragged."""

    def predicted(request: Mapping[str, Any]) -> Any:
        return {"probability_under": run(PREDICT, parse(PredictInputs, request)).probability_under}

    return served("predict", predicted)
