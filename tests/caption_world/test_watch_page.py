"""The page of "Watch it learn" without a browser: what is shown while a model learns, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from demos.caption_world.watch_it_learn import build
from demos.caption_world.watch_it_learn.own_lines import LINES
from demos.caption_world.watch_it_learn.schemas import Point, TrainResult
from demos.errors import Busy
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor
from demos.stopping import Stopped


class Trained:
    """Answers with one result, and then with `end`."""

    def __init__(self, end: Exception | None = None) -> None:
        self.asked: list[Any] = []
        self._end = end

    def stream(self, endpoint: Any, inputs: Any) -> Iterator[TrainResult]:
        self.asked.append(inputs)
        if isinstance(self._end, Busy):
            raise self._end
        yield TrainResult(3, 1.0, False, False, 4, 2, 0, 9, (Point(0, 1.4, math.nan),), ())
        if self._end:
            raise self._end


def visit(run: Any, lines: str) -> tuple[Visitor, Any, str]:
    """Presses Train; returns the visit, what is drawn and what is said beside it."""
    with Blocks() as page:
        build(run)
    visitor = Visitor(page)

    def found(kind: type, **facts: Any) -> Any:
        return next(
            block
            for block in page.blocks.values()
            if isinstance(block, kind) and all(getattr(block, name) == fact for name, fact in facts.items())
        )

    visitor.fill(found(gr.Textbox, label="Lines, one per line"), lines)
    visitor.press(found(gr.Button, value="Train"))
    said = [v for b, v in visitor.values.items() if isinstance(v, str) and "task-withheld" in v]
    return visitor, visitor.values[found(gr.HTML, elem_id="learn-train")._id], "".join(said)


@pytest.mark.parametrize(
    ("end", "stopped", "said"),
    [
        (None, False, ""),
        (Stopped(), True, ""),
        (Busy("Too many <wait>.", "Come back."), None, "Too many &lt;wait&gt;"),
    ],
)
def test_what_was_made_stays_and_a_refusal_is_said(end, stopped, said):
    run = Trained(end)
    _, drawn, told = visit(run, " a b \n\nc")
    assert run.asked[0].lines == ("a b", "c") and run.asked[0].seconds == 20
    assert drawn is None if stopped is None else drawn["stopped"] is stopped
    assert said in told and bool(said) == bool(told)


def test_lines_that_are_too_long_are_refused_before_anything_is_asked():
    run = Trained()
    _, drawn, told = visit(run, "x" * 300)
    assert not run.asked and drawn is None and "300 characters; the limit is 200" in told


def test_the_lines_to_try_can_be_learned():
    for lines in LINES.values():
        assert 1 <= len(lines) <= 50 and len(set(lines)) == len(lines) and max(map(len, lines)) <= 200
