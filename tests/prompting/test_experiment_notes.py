"""What is too little to tell, and a model that says one label whatever it reads, are said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demos.nlp.in_context import Accuracy, MostSaid, wilson
from demos.prompting.builder.schemas import Column, ExperimentAnswer, ExperimentInputs, Progress
from demos.prompting.experiments import EXAMPLES
from demos.prompting.experiments.notes import stuck, too_little
from demos.prompting.experiments.show import experiment_chart


def column(*said: MostSaid, title: str = "4 shots") -> Column:
    runs, mean = np.full(max(1, len(said)), 0.5), Accuracy(0.5, 0.1, 0.3, 0.7)
    return Column("k=4", title, runs, runs, runs, mean, mean, said)


@pytest.fixture
def answer(origin):
    progress = Progress(1000, 2.0, 1000, 2.0)
    return ExperimentAnswer("k_curve", (column(),), 1, 40, 3, 0.5, progress, origin)


def test_few_rows_or_one_draw_measure_too_little_and_the_default_does_not(answer):
    default = ExperimentInputs()
    assert too_little(replace(answer, rows=default.rows, seeds=default.seeds)) == ""
    quick = too_little(replace(answer, rows=6, seeds=1))
    low, high = wilson(0.5, 6)
    assert f"with 6 test rows, an accuracy of 0.50 might as well be {low:.2f} to {high:.2f}" in quick
    assert "one draw of shots cannot tell" in quick and "may be chance" in quick
    # Every order of the same shots is one run: nothing is drawn.
    assert too_little(replace(answer, experiment="order_sensitivity", seeds=1)) == ""


def test_it_is_said_before_the_picture(answer):
    html = experiment_chart(replace(answer, rows=6, seeds=1))
    assert 0 <= html.index("This measures too little") < html.index("<table")
    before = experiment_chart(replace(answer, rows=6, columns=()))
    assert "This measures too little" in before and "<table" not in before


def test_the_first_example_is_large_enough_and_the_small_one_is_called_so(answer):
    first, small = EXAMPLES
    assert too_little(replace(answer, rows=first.inputs.rows, seeds=first.inputs.seeds)) == ""
    assert too_little(replace(answer, rows=small.inputs.rows)) and "Too little" in small.label


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ((MostSaid("positive", 19, 10),), "says “positive” to 19 of 20 rows"),
        ((MostSaid("positive", 17, 10),), ""),
        ((MostSaid("positive", 19, 18),), ""),  # most rows are
        ((), ""),
        (
            (MostSaid("positive", 20, 10), MostSaid("negative", 12, 10), MostSaid("negative", 18, 10)),
            "in 2 of 3 runs says “positive” to 20, “negative” to 18 of 20 rows",
        ),
    ],
)
def test_a_model_stuck_on_one_label_is_named(said, sentence):
    assert stuck(column(*said), 20) == sentence


def test_it_stands_beside_the_picture_and_is_escaped(answer):
    html = experiment_chart(replace(answer, columns=(column(MostSaid("<img>", 40, 20)),)))
    assert "says “&lt;img&gt;” to 40 of 40 rows" in html and "<img>" not in html
