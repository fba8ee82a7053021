"""The trial over many texts: one sentence is an anecdote.

Paste or upload up to 1,000 texts, one per line; the same measures as on one sentence are taken on each, with
their mean, their spread, and what chance gives. Beside them stand the same figures over the 1,821 test
sentences of the Stanford Sentiment Treebank (SST), below them those over 300 of its dev sentences; the models
were trained on neither. Of a CSV file the column called *text* is read, or else the first.

Searching an adversary for every text takes most of the time.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.debate import dependence
from demos.debate.dataset.compute import DATASET_METRICS, DatasetInputs

INFO = Info(
    slug="trial-dataset",
    title="On trial: many texts",
    tab="Attention",
    step_of="trial",
    limits=(
        "The classifiers know English film reviews; on other texts they answer all the same, and attention "
        "of a wrong answer is measured like that of a right one. Texts of which the model cannot read most "
        "words are left out and counted. Kendall's tau over few words is coarse: short texts scatter widely "
        "whatever the model does, and below four words it is undefined. Labels are not used: nothing here "
        "says how often the model is right."
    ),
)

# All three parts of the trial use the same drawings.
SCRIPTS, STYLES = dependence.SCRIPTS, dependence.STYLES

EXAMPLES = (
    Example(
        "Six short reviews",
        DatasetInputs(
            (
                "a warm funny film about getting older",
                "the jokes fall flat and the story never starts",
                "not as bad as the trailer promised but not much better",
                "beautifully shot and quietly devastating",
                "two hours of my life that nobody will give back",
                "the cast is great and the script is not",
            ),
            adversaries=True,
        ),
    ),
)

ENDPOINTS = (DATASET_METRICS,)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.debate.dataset import page

    page.build(run, EXAMPLES)
