"""Numbers and other people's texts in a sentence: whole per cent without certainty, short quotations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 200
"""Characters of a headline: two lines on a slide."""
NEAR = 0.8
"""Two shares are nearly tied if the smaller is at least this part of the larger."""
_JOINERS = "\u200c\u200d"
"""Invisible, but they decide what is seen: an emoji of several, the shape of a Persian or Hindi letter."""


def whole_per_cent(share: float) -> str:
    """A share in [0, 1] in whole per cent, "over 99 %" or "under 1 %": no model is certain."""
    if share != share:
        return "undefined"
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def decimals(number: float) -> str:
    """A number with two decimals and a real minus sign; what rounds to nothing has none."""
    return f"{number:.2f}".replace("-0.00", "0.00").replace("-", "−")


def counted(number: int, what: str) -> str:
    """A number of things, of which `what` names one: "1 row", "1,024 rows"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def shortened(text: str, most: int) -> str:
    """A text on one line of at most `most` characters, without any that cannot be seen, that turn the
    direction of what follows, or that `quoted` puts around it; "…" stands for the rest."""
    joined = " ".join(re.sub("[“”]", '"', text).split())
    line = " ".join("".join(map(_visible, joined[: 4 * most])).split())
    if len(line) <= most and len(joined) <= 4 * most:
        return line
    kept = line[: most - 1]
    at_word = kept.rpartition(" ")[0]
    return (at_word if len(at_word) > most / 2 else kept).rstrip() + "…"


def quoted(text: str, most: int = 40) -> str:
    """A text on one line, shortened, in quotation marks that it does not contain itself."""
    return f"“{shortened(text, most)}”"


def listed(names: Sequence[str], most: int) -> str:
    """The first `most` names, and how many more there are: "a, b and 3 more"."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def is_near(first: float, second: float) -> bool:
    """Whether the second of two shares is nearly as large as the first."""
    return second >= NEAR * first


def decision(ranked: Sequence[tuple[str, float]], most: int = 24) -> str:
    """The first of names with shares, the largest first, and the second if they are nearly tied."""
    (first, share), *others = ranked
    said = f"{quoted(first, most)}, {whole_per_cent(share)}"
    if others and is_near(share, others[0][1]):
        said += f", nearly tied with {quoted(others[0][0], most)}, {whole_per_cent(others[0][1])}"
    return said


def unreadable(what: str, instead: str) -> str:
    """The headline of an answer that is withheld since the model cannot read `what`; `instead` names a
    checkpoint that can, or is ""."""
    return f"Withheld: this model cannot read {what}{'; another one here can' if instead else ''}."


def partly_read(warning: str) -> str:
    """The end of a sentence about an answer with a warning about what was not read, or ""."""
    return "; not everything was read" if warning else ""


def _visible(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return "" if unicodedata.category(character) == "Cf" else " "
