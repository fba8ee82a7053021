"""Where the hidden word stands in the rankings of three models, in one sentence."""

from __future__ import annotations

from demos.caption_world.who_sees_what.schemas import Gap, View, WhoResult
from demos.nlp.wording import quoted, whole_per_cent


def headline(_: object, result: WhoResult) -> str:
    """The gap with which the page opens."""
    if result.withheld:
        return (
            "Withheld: these three models know captions of photographs, and this sentence is not like them."
        )
    return of_gap(result, result.opening)


def of_gap(result: WhoResult, number: int) -> str:
    """The ranks and probabilities of one hidden word, by what each model sees of the sentence."""
    gap = result.gaps[number]
    word = quoted(result.words[gap.word].text, 24)
    return (
        f"{word} in this sentence: BERT, from both sides, ranks it {_place(gap.bert)}; "
        f"ELMo's joined halves {_place(gap.elmo)}; GPT, {_left(gap)}, {_place(gap.gpt)}."
    )


def _left(gap: Gap) -> str:
    return "from the left" if any(gap.gpt.reached) else "with nothing on its left"


def _place(view: View) -> str:
    return f"{ordinal(view.rank)} ({whole_per_cent(view.probability)})"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 1,022nd."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
