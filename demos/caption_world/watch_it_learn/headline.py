"""What was learned, in one sentence: by the watched model, and by the one that a visitor trains."""

from __future__ import annotations

import math

from demos.caption_world.watch_it_learn.schemas import Moment, TrainInputs, TrainResult, WatchResult
from demos.nlp.wording import counted, decimals, quoted, whole_per_cent

LATER = 1
"""Index of the moment that is compared with the last: the first one that has learned anything."""


def watched(_: object, result: WatchResult) -> str:
    """What the model said early and at the end, and its figure on held-out captions then."""
    if result.withheld:
        return "Withheld: this does not read like the captions that the model knows."
    first, last = result.moments[LATER], result.moments[-1]
    said = f"After {first.percent} % of the training it says {_said(first)}, after {last.percent} % "
    said += "still the same" if first.said == last.said else _said(last)
    figures = f"{_figure(result, first)} → {_figure(result, last)}"
    return f"{said}: {result.measure} on held-out captions {figures}."


def _said(moment: Moment) -> str:
    return quoted(moment.said, 32) if moment.said.strip() else "nothing"


def _figure(result: WatchResult, moment: Moment) -> str:
    if result.measure == "masked accuracy":
        return whole_per_cent(moment.figure)
    return f"{moment.figure:,.0f}" if moment.figure >= 10 else f"{moment.figure:.1f}"


def learned(_: TrainInputs, result: TrainResult) -> str:
    """The losses so far, and whether what the model writes are copies."""
    if result.waiting:
        return "Another visitor's model is being trained: yours waits for its turn."
    last, first = result.curve[-1], result.curve[0]
    if not last.step:
        guess = f"a guess among all {result.characters} would have {decimals(math.log(result.characters))}"
        return f"Untrained, its loss per character is {decimals(first.loss)}; {guess}."
    said = f"In {counted(last.step, 'step')} the loss per character went "
    said += f"from {decimals(first.loss)} to {decimals(last.loss)} on its own lines"
    if result.held_out:
        said += f", from {decimals(first.held_out)} to {decimals(last.held_out)} "
        said += f"on {counted(result.held_out, 'held-out line')}"
    latest = [sample for sample in result.samples if sample.step == result.samples[-1].step]
    if copies := sum(sample.copied for sample in latest):
        said += f"; {copies} of the {len(latest)} lines that it wrote last are copies"
    return f"{said}."
