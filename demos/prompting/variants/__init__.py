"""Ask the same inputs in two to six wordings of one prompt: does the wording change the answer?

A person who is asked "Positive or negative?" in other words gives the same answer. A language model need not.
Every column of the matrix is a **variant** of the prompt, every row an input. All of them use the same shots,
labels and model: only the wording differs.

- **The label** is the one whose words are likeliest after the prompt. The bar is its probability among the
  task's labels. A label of several words adds up the log-probabilities of all its tokens, so long ones are
  at a disadvantage.
- **Calibrated** (Zhao et al. 2021): some wordings lean to one label whatever the input is. What the wording
  says to "N/A", to an empty text and to "[MASK]" is divided out, for each variant by itself.
- **Right** counts the inputs whose answer is known, with a 95 % interval. All variants answer the same
  inputs, so the counts of different labels tell more about two of them than their intervals do.

In the table of variants, `{label}` stands where the answer goes, and every template needs the task's other
fields too. Empty a row to take a variant out. *exact prompt* in a cell shows what the model has read.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.prompting import builder
from demos.prompting.variants.compute import MATRIX, first_inputs

INFO = Info(
    slug="prompt-variants",
    title="Prompt variants",
    tab="Prompting",
    limits=(
        "A handful of inputs cannot tell which wording is best: look at the intervals, and try other inputs. "
        "SmolLM2-135M is very small; larger models depend less on the wording, but not never. Choosing the "
        "wording by the inputs that it is then judged by makes it look better than it is. Probabilities are "
        "among the given labels only."
    ),
)

EXAMPLES = (
    Example("Sentiment, no shots", first_inputs("sentiment", 0)),
    Example("Topic, four shots", first_inputs("topic", 4)),
    Example("Inference, no shots", first_inputs("inference", 0)),
)

SCRIPTS, STYLES = builder.SCRIPTS, builder.STYLES
ENDPOINTS = (MATRIX,)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.prompting.variants import page

    page.build(run, EXAMPLES)
