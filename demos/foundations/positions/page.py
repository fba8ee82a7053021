"""The page: a map of positions, a caption to shuffle, and the curve of longer texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.foundations.positions import reported, wire
from demos.foundations.positions.schemas import MapInputs, ShuffleInputs
from demos.foundations.positions.show import shuffled_html
from demos.foundations.positions.shuffle import SHUFFLE_WORDS
from demos.foundations.positions.similarity import POSITION_MAPS
from demos.foundations.positions.snippet import snippet
from demos.ui import page
from demos.ui.controls import control, whole_number
from demos.ui.drawing import drawing
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.same_in_python import same_in_python
from demos.ui.task_page import inputs_of

ROOT = "positions-root stage-trial-root"
SHUFFLE = "Shuffle the words"


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the three claims, one below the other."""
    gr.Markdown("### 1. Which positions look alike?")
    maps = drawing("PositionsMap", ROOT, "positions-map")
    gr.Markdown("### 2. Shuffle the words: who notices?")
    with gr.Row():
        text = control(gr.Textbox, ShuffleInputs, "text", lines=1, max_lines=3, scale=4)
        seed = control(gr.Number, ShuffleInputs, "seed", precision=0, scale=1, min_width=120)
    filled = examples_row(examples, {"text": text, "seed": seed})
    again = gr.Button(SHUFFLE, variant="primary")
    answer = Answer([text, seed], SHUFFLE)
    guess(answer, Question("The words are shuffled: whose probabilities for a hidden word move least?"))
    picture, badge = drawing("PositionsShuffle", ROOT, "positions-shuffle"), page.badge()
    code = same_in_python()

    def mapped() -> Any:
        return wire.maps(run(POSITION_MAPS, MapInputs()))

    def asked(text: str, seed: int) -> tuple[Any, str, str]:
        inputs = inputs_of(ShuffleInputs, {"text": text or "", "seed": seed})
        result = run(SHUFFLE_WORDS, inputs)
        return wire.shuffle(result), page.badge_html(result.origin), snippet(inputs, result)

    page.after(filled, mapped, [], [maps])
    answer.on([text.submit], asked, [picture, badge, code])
    answer.on_choice([seed], asked, [picture, badge, code])
    answer.after(filled, asked, [picture, badge, code])
    answer.after(page.at_once([again.click], following, [seed], [seed]), asked, [picture, badge, code])
    longer()


def following(seed: Any) -> int:
    """The next order of the words."""
    return (whole_number(seed) + 1) % 10_000


def longer() -> None:
    """What was measured on many captions, where it was."""
    if not (found := reported.lines()):
        return
    gr.Markdown("### 3. Longer than trained on")
    counts = [reported.count(what) for what in ("trained_length", "images", "gaps")]
    drawing("PositionsLengths", ROOT, "positions-lengths", wire.lengths(found, *counts))
    gr.HTML(shuffled_html(reported.when_shuffled(), reported.count("captions")), padding=False)
