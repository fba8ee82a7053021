"""Words and numbers of a summary that do not occur in its text.

A hint, not a verdict: a new word may be a good one, and a false sentence may consist of the text's own words.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ENDINGS = (
    "ational",
    "ations",
    "ation",
    "ings",
    "ing",
    "edly",
    "ies",
    "ied",
    "ers",
    "er",
    "es",
    "ed",
    "ly",
    "s",
)

FUNCTION_WORDS = frozenset(
    "a about above after again against all also although am among an and any are as at be because "
    "been before being below between both but by can could did do does doing down during each either "
    "else even ever every few for from further had has have having he her here hers him his how "
    "however i if in into is it its itself just like many may me might more most much must my neither "
    "no nor not now of off on once one only or other others our out over own per same shall she "
    "should since so some such than that the their them then there these they this those though "
    "through thus to too under until up upon us very was we well were what when where whether which "
    "while who whom whose why will with within without would yet you your".split()
)


def new_words(summary: str, text: str) -> tuple[tuple[int, int], ...]:
    """Finds the words and numbers of a summary that do not occur in the text, as (start, end).

    Ignores function words, English endings and the marks inside numbers.
    """
    of_text = (part for match in _WORD.finditer(text) for part in (match[0], *match[0].split("-")))
    known = {form for part in of_text for form in _forms(part)}

    def is_known(word: str) -> bool:
        return word.lower() in FUNCTION_WORDS or not known.isdisjoint(_forms(word))

    return tuple(
        match.span()
        for match in _WORD.finditer(summary)
        if not is_known(match[0]) and not all(map(is_known, match[0].split("-")))
    )


def _forms(word: str) -> set[str]:
    """A word and its possible stems."""
    word = word.casefold().replace("’", "'").removesuffix("'s")
    if word[0].isdigit():
        return {word.replace(",", "").rstrip(".:")}
    forms = {word}
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            forms |= {stem, stem + "e", stem + "y"}
            if len(stem) > 3 and stem[-1] == stem[-2]:
                forms.add(stem[:-1])  # planned, plan
    return forms
