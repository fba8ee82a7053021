"""The answer to a question in one sentence."""

from __future__ import annotations

from demos.nlp.wording import counted, decimals, is_near, partly_read, quoted, unreadable, whole_per_cent
from demos.tasks.question_answering.methods import no_answer
from demos.tasks.question_answering.schemas import AnswerResult

SHORT, LONG = 46, 110


def headline(_: object, result: AnswerResult) -> str:
    """The answer, how it came about and how sure the model is; not if it is withheld."""
    if result.withheld:
        if result.withheld == no_answer(vars(result)):
            return "No answer found in this passage."
        return unreadable("the question or the passage", result.instead)
    return f"{_SAID[result.method](result)}{partly_read(result.warning)}."


def _extracted(result: AnswerResult) -> str:
    first, *others = (span.probability for span in result.spans)
    tied = ", nearly tied with the next" if others and is_near(first, others[0]) else ""
    count = counted(len(result.spans), "best span")
    return f"{quoted(result.answer, SHORT)}, {whole_per_cent(first)} among {count} and no answer{tied}"


def _chosen(result: AnswerResult) -> str:
    first, *others = result.choices
    tied = ""
    if others and is_near(first.probability, others[0].probability):
        next_one = result.passage[others[0].start : others[0].end]
        tied = f", nearly tied with {quoted(next_one, 22)}"
    return (
        f"{quoted(result.answer, SHORT)} is the likeliest of {result.scored} stretches, "
        f"{whole_per_cent(first.probability)}{tied}: one of them had to be chosen"
    )


def _written(result: AnswerResult) -> str:
    if not result.answer.strip():
        return "The model wrote nothing"
    stands = "does not stand in the passage"
    if result.quoted:
        how = "" if result.quoted.likeness == "exact" else f", {result.quoted.likeness}"
        stands = f"stands in the passage{how}"
    cut = "" if result.ended == "end" else "; it was cut off"
    return f"The model wrote {quoted(result.answer, 90)}, which {stands}{cut}"


def _sentence(result: AnswerResult) -> str:
    cosine = decimals(result.sentences[0].cosine)
    return f"The closest sentence, cosine {cosine}: {quoted(result.answer, LONG)}"


_SAID = {"extracted": _extracted, "chosen": _chosen, "written": _written, "sentence": _sentence}
