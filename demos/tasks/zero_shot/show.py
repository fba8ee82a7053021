"""Zero-shot labels as HTML: a bar for each, and what the bars mean."""

from __future__ import annotations

from html import escape

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
    """The best label, a bar for each, and what the bars mean."""
    rows = [(one.label, one.score) for one in result.labels]
    said = SAID[result.method]
    if result.method == "entailment":
        said += ", for each label on its own" if result.multi_label else ", among the labels"
    bars = score_bars(rows, said, say="{:.3f}".format if result.method == "similarity" else per_cent)
    before = ""
    if result.method == "likelihood":
        first = max(result.labels, key=lambda one: one.uncorrected or 0.0)
        if first is not result.labels[0]:
            share = per_cent(first.uncorrected or 0.0)
            before = f'<p class="task-note">Before the correction: {escape(first.label)}, {share}.</p>'
    best = escape(result.labels[0].label)
    answer = f'<p class="task-verdict"><bdi>{best}</bdi></p>{bars}{before}{careful(result.warning)}'
    return withheld(result.withheld, answer)
