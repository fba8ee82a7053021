"""How far the model trusts its translation, in one sentence."""

from __future__ import annotations

from demos.nlp.languages import NAMES
from demos.nlp.wording import counted, unreadable, whole_per_cent
from demos.tasks.translation.schemas import TranslateResult
from demos.tasks.translation.trust import distrusted


def headline(_: object, result: TranslateResult) -> str:
    """The mean probability of a token against what is needed for this text; not the translation itself."""
    trust = f"{whole_per_cent(result.probability)} for a token on average"
    if result.withheld:
        if result.withheld != distrusted(result.probability, result.needed, len(result.rare), result.words):
            return unreadable("this text", result.instead)
        needed = whole_per_cent(result.needed or 0.0)
        return f"Withheld: the model gave its translation {trust}, and {needed} would be needed."
    if not result.translation.strip():
        return "The model wrote nothing."
    into = NAMES.get(result.target, "another language")
    said = f"The model gave its translation into {into} {trust}"
    if result.needed is not None:
        said += f", where {whole_per_cent(result.needed)} are needed"
    said += "; no proof that it is right"
    if result.rare:
        said += f"; {len(result.rare)} of {counted(result.words, 'word')} are rare to it"
    return f"{said}{'' if result.finished == 'end' else '; cut off before its end'}."
