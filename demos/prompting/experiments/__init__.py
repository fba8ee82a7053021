"""What changes with shots, their order, their labels and the words for them? Count, do not guess.

Every experiment asks the same frozen test rows under several conditions and shows the accuracy, without and
with *contextual calibration* (Zhao et al. 2021), beside the line of guessing.

- **Number of shots**: 0, 1, 2, 4, 8; each seed draws other shots (Brown et al. 2020).
- **Order**: all orders of the same four shots (Lu et al. 2022).
- **Labels of the shots**: right, random, or no shots at all. Min et al. 2022 found random labels to cost
  little in large models; Yoo et al. 2022 show that it depends.
- **Words for the labels**: the task's own, letters, and the own words exchanged.

The dots are single runs, the pale band is the 95 % interval of the mean: with few rows it is wide.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.prompting import builder
from demos.prompting.builder.schemas import ExperimentInputs
from demos.prompting.experiments.compute import CURVE, NOISE, ORDER, WORDS

INFO = Info(
    slug="prompt-experiments",
    title="Prompt experiments",
    tab="Prompting",
    limits=(
        "The test rows are few and were written for this project: differences smaller than the intervals say "
        "nothing. SmolLM2-135M is at or near chance on several of the tasks; what it does with shots need "
        "not hold for larger models. The shots come from the same task and style as the test rows. With a "
        "task of your own both are what you wrote into the prompt builder."
    ),
)

EXAMPLES = (
    Example("Shots for topics: 40 rows, 3 seeds", ExperimentInputs("topic")),
    Example("Too little to tell: 6 rows, 1 seed", ExperimentInputs("sentiment", rows=6, seeds=1)),
)

SCRIPTS, STYLES = builder.SCRIPTS, builder.STYLES
ENDPOINTS = (CURVE, ORDER, NOISE, WORDS)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.prompting.experiments import page

    page.build(run, EXAMPLES)
