"""Whether a model can read a text at all, and which parts it does not read.

A model's behaviour on words that it cannot read says nothing about attention, so a text in which it cannot
read most words is withheld, unless it is asked for "anyway".
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from demos.debate.methods.sentence import Sentence
from demos.errors import BadInput
from demos.models.catalog import catalog
from demos.models.specs import Loaded
from demos.nlp.languages import NAMES
from demos.nlp.legibility import language

if TYPE_CHECKING:
    from demos.debate.methods.ranking_schemas import RankingAnswer
    from demos.debate.methods.schemas import Prediction

TASK = "attention-trial"
NAMED = 5


class Unreadable(BadInput):
    """Most words of a text cannot be read. `model`: a checkpoint that may read them, or ""."""

    def __init__(self, problem: str, remedy: str, model: str = "") -> None:
        super().__init__(problem, remedy)
        self.model = model


def other_script(word: str) -> bool:
    """Whether most letters of a word are not Latin: all models on trial were trained on English."""
    letters = [character for character in word if character.isalpha()]
    latin = sum("LATIN" in unicodedata.name(character, "") for character in letters)
    return 2 * latin < len(letters)


def check_readable(item: Sentence, loaded: Loaded, anyway: bool = False) -> None:
    """Raises `Unreadable` if the model cannot read most words of a sentence, unless `anyway`."""
    unknown = [word for word, is_unknown in zip(item.words, item.unknown, strict=True) if is_unknown]
    if anyway or 2 * len(unknown) <= len(item.words):
        return
    problem = (
        f"{loaded.origin.title} cannot read {len(unknown)} of these {len(item.words)} words "
        f"({named(unknown)}), so that its attention to them would mean nothing."
    )
    if 2 * sum(map(other_script, unknown)) > len(unknown):
        script = NAMES.get(language(" ".join(unknown)), "this script")
        raise Unreadable(problem, f"No model here reads {script}: all were trained on English film reviews.")
    other = next(
        (
            entry
            for entry in catalog().values()
            if TASK in entry.tasks
            and entry.architecture == "encoder"
            and entry.name != loaded.spec.checkpoint
        ),
        None,
    )
    if other is None:
        raise Unreadable(problem, "No model here knows them: all were trained on English film reviews.")
    raise Unreadable(
        problem, f"If they are English, choose {other.title}: it reads rare words in pieces.", other.name
    )


def left_out(read: Sentence | Prediction | RankingAnswer) -> str:
    """Names the parts of a sentence that the model does not read, as a remark; "" if there are none."""
    unknown = [word for word, is_unknown in zip(read.words, read.unknown, strict=True) if is_unknown]
    told = []
    if unknown:
        told.append(f"this model cannot read {len(unknown)} of {len(read.words)} words: {named(unknown)}")
    if read.unread_symbols:
        told.append(f"it cannot read {named(list(read.unread_symbols))}")
    return f"Careful: {'; '.join(told)}" if told else ""


def named(words: list[str]) -> str:
    """The first few distinct words, each shortened if it is long."""
    different = list(dict.fromkeys(words))
    shown = ", ".join(word if len(word) <= 20 else f"{word[:19]}…" for word in different[:NAMED])
    return f"{shown}, …" if len(different) > NAMED else shown
