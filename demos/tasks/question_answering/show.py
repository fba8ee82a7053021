"""An answer to a question on a page: the answer, its place in the passage, and how it was found."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from demos.texts import per_cent
from demos.ui.bars import careful, score_bars
from demos.ui.folded import folded
from demos.ui.withheld import withheld

if TYPE_CHECKING:
    from demos.tasks.question_answering.schemas import AnswerResult

_AROUND = 700
"""Characters shown on each side of an answer in a long passage."""


def show(result: AnswerResult) -> str:
    """The passage with the answer marked, and how it was found; the answer itself where that is not a
    quotation from it, and where the headline withholds it."""
    verdict = ""
    if result.withheld or result.method == "written":
        said = escape(result.answer) or "(nothing was written)"
        verdict = f'<p class="task-verdict"><bdi>{said}</bdi></p>'
    notes = "".join(f'<p class="task-note">{escape(note)}</p>' for note in _notes(result))
    answer = verdict + _passage(result) + _choices(result) + careful(result.warning) + notes
    if result.withheld:  # the sentences are why
        return withheld(result.withheld, answer) + _sentences(result)
    return answer + folded("The sentences closest to the question", _sentences(result))


def _choices(result: AnswerResult) -> str:
    if not result.choices:
        return ""
    rows = [(result.passage[one.start : one.end], one.probability) for one in result.choices]
    return score_bars(rows, f"The likeliest of {result.scored} stretches")


def _notes(result: AnswerResult) -> list[str]:
    share = per_cent(result.probability) if result.probability is not None else ""
    if result.method == "extracted":
        best, null = result.spans[0], result.null_score or 0.0
        return [
            f"The best span scores {best.score:.2f} ({share} among the {len(result.spans)} best and no "
            f"answer), no answer {null:.2f}. Only a checkpoint that was trained on questions without an "
            "answer has learnt the second score."
        ]
    if result.method == "sentence":
        return [
            "Stand-in: the sentence of the passage closest to the question, whole. Nothing was read off it."
        ]
    if result.method == "chosen":
        words = "1 word" if result.longest == 1 else f"up to {result.longest} words"
        return [
            f"Stand-in: a language model read the closest sentence. Of its {result.scored} stretches of "
            f"{words}, it finds this one likeliest as the answer: {share}. Nothing else could have been "
            "said, also if the passage does not answer the question."
        ]
    notes = [
        "Stand-in: a language model wrote this after reading the sentences below. It gave each token it "
        f"wrote {share} on average, which is no probability of being right.",
    ]
    if result.quoted is None:
        notes.append("Not a quotation: these words do not stand in the passage.")
    elif result.quoted.likeness != "exact":
        notes.append(f"It stands in the passage {result.quoted.likeness}.")
    if result.ended != "end":
        notes.append("The answer was cut off: it had not come to its end.")
    return notes


def _passage(result: AnswerResult) -> str:
    quoted = result.quoted
    if quoted is None:
        return ""
    passage = result.passage
    first, last = max(0, quoted.start - _AROUND), min(len(passage), quoted.end + _AROUND)
    before = ("… " if first else "") + passage[first : quoted.start]
    after = passage[quoted.end : last] + (" …" if last < len(passage) else "")
    marked = f"<mark>{escape(passage[quoted.start : quoted.end])}</mark>"
    return f'<p class="task-passage" dir="auto">{escape(before)}{marked}{escape(after)}</p>'


def _sentences(result: AnswerResult) -> str:
    if not result.sentences:
        return ""
    rows = "".join(
        f"<tr><td>{row.cosine:.3f}</td><td><bdi>{escape(result.passage[row.start : row.end])}</bdi></td></tr>"
        for row in result.sentences
    )
    reader = escape(result.retriever.title) if result.retriever else ""
    return (
        f'<table class="task-sentences"><caption>The sentences closest to the question, by {reader}: cosine, '
        f"no probability</caption><tbody>{rows}</tbody></table>"
    )
