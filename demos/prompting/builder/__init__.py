"""Build a prompt from zero to eight shots and see what a language model makes of it.

A **prompt** is text that the model reads and continues. *Shots* are solved examples in front of the
question: with none it is zero-shot, with some few-shot ("in-context learning", Brown et al. 2020). The
examples are read, not learned: no parameter changes, and the page shows a checksum of all of them before
and after.

- **What the model sees**: the exact text, token by token, coloured by its parts; hover for a token's id.
- **Score the labels**: how likely each label's words are after the prompt. *Calibrated* (Zhao et al. 2021)
  divides by the probabilities after inputs that say nothing, which shows what the model says anyway.
- **Write**: the model continues the prompt by itself, up to where the template's next field would begin.
- **0 to 8 shots**: the same query after more and more shots.

The template names fields in braces; `{label}` stands where the answer goes. A line of labels is
*label: word, other word*; several words of a label add their probabilities. Leave the labels empty if every
query has choices of its own. With test rows in it, your task can also be chosen in the experiments.

What you type stays in this browser and is there again when you come back.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.prompting.builder.completion import COMPLETE
from demos.prompting.builder.compute import RENDER, SCORE
from demos.prompting.builder.export import EXPORT
from demos.prompting.builder.schemas import PromptInputs
from demos.prompting.task.ready import READY, task_of
from demos.ui.scripts import COMMON, scripts

INFO = Info(
    slug="prompt",
    title="Prompt builder",
    tab="Prompting",
    limits=(
        "One query is an anecdote: the experiments on the next tab count. SmolLM2-135M is very small; larger "
        "models use shots better. Probabilities are among the given labels only: the model may prefer to "
        "write something else. Calibration removes a leaning that the prompt itself causes, not an error."
    ),
)

EXAMPLES = tuple(
    Example(title, PromptInputs(name, task_of(name).rows[0].fields, 4, task_of(name).rows[0].choices))
    for name, title in READY.items()
)

ENDPOINTS = (RENDER, SCORE, COMPLETE, EXPORT)

STYLES = (ASSETS / "css" / "prompting.css",)

SCRIPTS = (*COMMON, *scripts("prompting", "draft"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.prompting.builder import page

    page.build(run, EXAMPLES)
