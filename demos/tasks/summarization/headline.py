"""What kind of summary it is, and what to check in it, in one sentence."""

from __future__ import annotations

from demos.nlp.wording import counted, partly_read
from demos.tasks.summarization.schemas import SummarizeResult

BY = {"written": "a chat model", "generated": "a model trained on summaries"}


def headline(_: object, result: SummarizeResult) -> str:
    """How many sentences were picked, or how many written words the text does not have."""
    rest = partly_read(result.warning)
    if result.method == "extractive":
        picked = f"{len(result.chosen)} of {counted(result.total, 'sentence')}, picked word for word"
        return f"{picked} as the most central, which need not be the most important{rest}."
    if not result.summary.strip():
        return f"{BY[result.method].capitalize()} wrote nothing{rest}."
    cut = "" if result.ended == "end" else "; cut off before its end"
    new = "no word that the text lacks, which does not make it right"
    if result.new:
        new = f"{counted(len(result.new), 'word')} that the text does not have, worth checking"
    return f"Written by {BY[result.method]}: {new}{cut}{rest}."
