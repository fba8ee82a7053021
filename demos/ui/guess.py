"""Predict before you see: a guess on the axis of the answer, then both side by side, and beside chance.

A folded line "Guess first" stands above an answer. While it is open, answers stay covered until the visitor
has guessed: a number on a scale, or one of several choices such as the words of the typed text. A new
question asks for a new guess. Nothing of it leaves the browser, nor stands in links or saved pages.

A page adds it with two lines:

1. where it lays out its `Answer`, `guess(answer, Question("Which word gets most of the attention?"))`; for
   a number, `Question("How many are right?", Scale(0, 100, unit="%"))`. It stands where it is called, so
   call it above what the answer fills.
2. what was to be guessed comes with the answer: `ranked(words, scores)` or `number(value, chance=25)`.
   HTML of the answer ends with `told(...)` of that. A drawing has it in its payload under "guess", and its
   script sets `box.dataset.guess = JSON.stringify(payload.guess ?? null)` on an element of the drawing.

An answer that grows tells `number(None)` until it is complete, and an answer without anything to be guessed
tells None. `?guess=1` in the address opens the line, for a talk.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demos.ui.freshness import Answer

TIED = 1e-6
"""Scores that differ by at most this part of the largest one are equal: kernels round differently."""


@dataclass(frozen=True)
class Scale:
    """The axis of a number: its ends, in the unit of the answer, and the step of a guess."""

    low: float
    high: float
    step: float = 1
    unit: str = ""

    def __post_init__(self) -> None:
        if not (self.low < self.high and 0 < self.step <= self.high - self.low):
            raise ValueError(f"{self} is no scale: low < high, and a step that fits between them")


@dataclass(frozen=True)
class Question:
    """What is to be guessed: a number on `scale`, or without one of the choices that the answer brings."""

    text: str
    scale: Scale | None = None


Told = dict[str, Any] | None
"""What an answer tells of what was to be guessed, as plain data; None: there is nothing to guess."""


def guess(answer: Answer, question: Question) -> None:
    """Lays out the folded line for what `answer` shows."""
    import gradio as gr

    spec = json.dumps({"answer": answer.name, **asdict(question)})
    root = f'<div class="stage-guess-root" data-question="{escape(spec, quote=True)}"></div>'
    gr.HTML(root, padding=False, elem_classes="stage-guess")


def ranked(choices: Sequence[str], scores: Sequence[float | None], question: str = "") -> Told:
    """Tells that the choice with the highest score was to be guessed, and the place of all others.

    Equal scores share a place, so that several choices may be right. `question` replaces the page's where it
    depends on the answer. None if a score is undefined, or if every choice is right.
    """
    known = [score for score in scores if score is not None and math.isfinite(score)]
    if len(known) != len(choices) or len(known) < 2:
        return None
    near = TIED * max(map(abs, known))
    places = [1 + sum(other > score + near for other in known) for score in known]
    if len(set(places)) == 1:
        return None
    return {"choices": list(choices), "places": places, "question": question}


def number(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    chance: float | None = None,
    by_chance: str = "guessing",
    question: str = "",
) -> Told:
    """Tells the number that was to be guessed, in the scale's unit, or None while it is not known.

    low and high: the ends of its 95 % interval; chance: the number that chance gives, and `by_chance` by what
    means, such as "guessing the labels". Undefined numbers count as unknown.
    """
    numbers = {"value": value, "low": low, "high": high, "chance": chance}
    plain = {n: float(v) if v is not None and math.isfinite(v) else None for n, v in numbers.items()}
    return {**plain, "by_chance": by_chance, "question": question}


def told(found: Told) -> str:
    """The end of an answer's HTML: what was to be guessed, for the page's script; nothing is seen of it."""
    if found is None:
        return ""
    return f'<span hidden data-guess="{escape(json.dumps(found), quote=True)}"></span>'
