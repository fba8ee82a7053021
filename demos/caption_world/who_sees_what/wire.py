"""What the page's script draws (assets/js/caption_world): the sentence, and every gap's views in words."""

from __future__ import annotations

from typing import Any

from demos.caption_world.who_sees_what.headline import headline, of_gap, ordinal
from demos.caption_world.who_sees_what.schemas import VIEWS, View, WhoResult
from demos.nlp.wording import listed, quoted
from demos.texts import per_cent
from demos.ui.guess import Told, ranked

MODELS = (
    {
        "title": "ELMo",
        "sees": "Two one-way LSTMs. Neither half ever sees the other's side; only their answers are joined.",
        "views": (
            ("elmo_left", "Left half alone"),
            ("elmo_right", "Right half alone"),
            ("elmo", "Both halves, joined"),
        ),
    },
    {
        "title": "GPT",
        "sees": "A transformer that reads from the left. What follows the gap cannot reach it.",
        "views": (("gpt", ""),),
    },
    {
        "title": "BERT",
        "sees": "A transformer that reads both sides at once, with a mask in the gap.",
        "views": (("bert", ""),),
    },
)
"""The columns, each with what its model sees, and the views of it that are drawn."""
TOLD = 3
"""Words of a sentence about which it is said why they cannot be hidden."""


def drawn(result: WhoResult) -> dict[str, Any]:
    """A result as plain data; its numbers are in words, too."""
    return {
        "words": [{"text": word.text, "reason": word.reason} for word in result.words],
        "models": MODELS,
        "gaps": [
            {
                "word": gap.word,
                "headline": of_gap(result, number),
                "views": {name: _view(getattr(gap, name), result.vocabulary) for name in VIEWS},
            }
            for number, gap in enumerate(result.gaps)
        ],
        "opening": result.opening,
        "left_out": left_out(result),
        "withheld": result.withheld,
        "headline": headline(None, result) if result.withheld else "",
        "guess": to_guess(result),
    }


def to_guess(result: WhoResult) -> Told:
    """Which of the models ranks the first hidden word best."""
    if result.withheld:
        return None
    gap = result.gaps[result.opening]
    word = quoted(result.words[gap.word].text, 24)
    names = [model["title"] for model in MODELS]
    return ranked(
        [str(name) for name in names],
        [-view.rank for view in gap.rivals()],
        f"{word} is hidden first: which model ranks it best?",
    )


def _view(view: View, vocabulary: int) -> dict[str, Any]:
    return {
        "rank": view.rank,
        "probability": round(view.probability, 6),
        "said": f"{ordinal(view.rank)} of {vocabulary:,}, {per_cent(view.probability)}",
        "fillings": [
            [one.text, round(one.probability, 6), per_cent(one.probability)] for one in view.fillings
        ],
        "reached": view.reached,
        "influence": [round(share, 4) for share in view.influence],
    }


def left_out(result: WhoResult) -> str:
    """Which words, besides punctuation marks, are never hidden, and why."""
    reasons = {word.text: word.reason for word in result.words if any(map(str.isalnum, word.text))}
    each = [f"{quoted(text, 30)} ({reason})" for text, reason in reasons.items() if reason]
    if not each:
        return ""
    return f"A gap is filled by one piece of the models' vocabulary, so not hidden: {listed(each, TOLD)}."
