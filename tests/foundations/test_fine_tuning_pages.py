"""The pages of bias and of forgetting without a browser: what stays, what is refused, what is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from demos.errors import Busy, StageError
from demos.foundations import bias, forgetting
from demos.foundations.film_reviews import fine_tuned
from demos.foundations.forgetting.schemas import Filling, LiveResult, Point
from demos.models.specs import Loaded, Origin, Spec
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor
from demos.stopping import Stopped

RESULT = LiveResult(
    3, 3.0, 1.0, False, False, 2, 0, (Point(0, 0.5, math.nan, 0.3),), (Filling("grass", 0.3),), (), None
)


class Trained:
    """Answers with one result, and then with `end`."""

    def __init__(self, end: Exception | None = None) -> None:
        self.asked: list[Any] = []
        self._end = end

    def stream(self, endpoint: Any, inputs: Any) -> Iterator[LiveResult]:
        self.asked.append(inputs)
        if isinstance(self._end, Busy):
            raise self._end
        yield RESULT
        if self._end:
            raise self._end


def visit(demo: Any, run: Any, button: str, **typed: Any) -> str:
    """Fills in fields by their labels and presses a button; returns all that is then shown."""
    with Blocks() as page:
        demo.build(run)
    visitor = Visitor(page)
    blocks = page.blocks.values()
    for label, value in typed.items():
        named = [block for block in blocks if getattr(block, "label", "") == label.replace("_", " ")]
        visitor.fill(named[-1], value)
    visitor.press(next(block for block in blocks if isinstance(block, gr.Button) and block.value == button))
    return " ".join(value for value in visitor.values.values() if isinstance(value, str))


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (None, "training: 3 steps"),
        (Stopped(), "stopped by you: 3 steps"),
        (StageError("It <broke>.", "Again."), "It &lt;broke&gt;"),
        (Busy("Too many <wait>.", "Come back."), "Too many &lt;wait&gt;"),
    ],
)
def test_what_was_made_stays_and_a_refusal_is_said(end, said):
    run = Trained(end)
    shown = visit(forgetting, run, "Fine-tune", Seconds=7)
    assert said in shown and ("grass" in shown) is not isinstance(end, Busy)
    assert run.asked[0].seconds == 7 and len(run.asked[0].reviews) == 30


def test_a_rate_of_ten_is_refused_on_the_page(runner):
    assert "A rate of 10 destroys the model" in visit(forgetting, runner, "Fine-tune", Rate=10)


def test_a_chosen_cell_is_told_in_words(runner):
    assert "Rate 0.0001, 2 epochs:" in visit(forgetting, runner, "Show", Epochs=2)


def test_one_sentence_is_refused_and_a_pair_is_compared(runner):
    words = {"Words_for_the_gap": "nurse, doctor"}
    one, two = (
        {"Pairs of sentences, one per line": line}
        for line in ("He works as a [MASK].", "{He|She} works as a [MASK].")
    )
    assert "two are compared" in visit(bias, runner, "Compare", **one, **words)
    assert "one pair has no interval" in visit(bias, runner, "Compare", **two, **words)


def test_other_models_were_not_fine_tuned():
    origin = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")
    model: Any = None
    assert fine_tuned(Loaded(Spec("korean-mlm", "masked-lm"), model, model, origin, 0)) is None
