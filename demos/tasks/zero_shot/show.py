"""Zero-shot labels as HTML: a bar for each, and what the bars mean."""

from __future__ import annotations

from demos.tasks.zero_shot.schemas import ZeroShotResult
from demos.texts import per_cent
from demos.ui.bars import careful, score_bars
from demos.ui.withheld import withheld

SAID = {
    "entailment": "Probability that the statement follows from the text",
    "similarity": "Stand-in: cosine between text and statement. These are no probabilities, and do not add "
    "up to 1",
    "likelihood": "Stand-in: probability of the label's words after the text, among the labels, corrected "
    "for labels that are likely after any text",
}


def show(result: ZeroShotResult) -> str:
    """A bar for each label, and what the bars mean."""
    rows = [(one.label, one.score) for one in result.labels]
    said = SAID[result.method]
    if result.method == "entailment":
        said += ", for each label on its own" if result.multi_label else ", among the labels"
    bars = score_bars(rows, said, say="{:.3f}".format if result.method == "similarity" else per_cent)
    return withheld(result.withheld, bars + careful(result.warning))
