"""A summary as HTML: its sentences in their places, with words that the text does not have marked."""

from __future__ import annotations

from html import escape

from demos.tasks.summarization.schemas import SummarizeResult
from demos.texts import per_cent
from demos.ui.bars import COPY, careful

CUT = {
    "end": "",
    "length": "the summary was cut off, it had not come to its end.",
    "repetition": "the model began to repeat itself, and was stopped there.",
}


def show(result: SummarizeResult) -> str:
    """The summary with everything that is not in the text underlined, and the kind of summary."""
    if result.method == "extractive":
        return careful(result.warning) + _sentences(result)
    said = {
        "written": "Written by a chat model that was not trained for summaries. It gave each token it wrote "
        f"{per_cent(result.probability or 0.0)} on average, which is no probability of being right.",
        "generated": "Written by a model that was trained on summaries. It decides on the length itself.",
    }[result.method]
    count = len(result.new)
    hint = "Every word but those of the grammar is in the text."
    if count:
        words = "1 word is" if count == 1 else f"{count} words are"
        hint = f"{words} not in the text (underlined); a new word can be right."
    cut = CUT[result.ended]
    marked = _marked(result.summary, result.new)
    return (
        f'{careful(result.warning)}<p class="task-summary task-copied" dir="auto">{marked}</p>{COPY}'
        f'<p class="task-note">{escape(hint)}</p>{careful(cut)}<p class="task-note">{escape(said)}</p>'
    )


def _sentences(result: SummarizeResult) -> str:
    rows = "".join(
        f"<tr><td>{one.centrality:.2f}</td><td><bdi>{escape(text)}</bdi></td></tr>"
        for one, text in zip(result.chosen, _split(result), strict=True)
    )
    return (
        '<table class="task-sentences"><caption>'
        f"{len(result.chosen)} of {result.total} sentences, word for word: how central each is, 1 being the "
        f"average</caption><tbody>{rows}</tbody></table>"
    )


def _split(result: SummarizeResult) -> list[str]:
    texts, start = [], 0
    for one in result.chosen:
        texts.append(result.summary[start : start + one.end - one.start])
        start += one.end - one.start + 1
    return texts


def _marked(summary: str, new: tuple[tuple[int, int], ...]) -> str:
    pieces, last = [], 0
    for start, end in new:
        word = f'<u title="Not in the text">{escape(summary[start:end])}</u>'
        pieces += [escape(summary[last:start]), word]
        last = end
    return "".join([*pieces, escape(summary[last:])])
