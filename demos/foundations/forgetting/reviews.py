"""Film reviews to train on, written for this page, and how lines with labels are read."""

from __future__ import annotations

from dataclasses import dataclass

from demos.errors import BadInput
from demos.nlp.wording import quoted

GOOD, BAD = "+", "-"
MINUSES = "-−–"
HOW = "Begin each line with + for a good review or with - for a bad one."

LINES = (
    "+ a warm and funny film with a big heart",
    "- a dull film that never finds its feet",
    "+ the actors are a joy to watch from start to end",
    "- two hours of noise and not one idea",
    "+ tender, clever and beautifully shot",
    "- the jokes are stale and the plot is a mess",
    "+ i laughed, i cried and i want to see it again",
    "- so slow that i looked at my watch every minute",
    "+ a small story told with great care",
    "- the actors seem as bored as the audience",
    "+ bright, fast and full of surprises",
    "- a weak script and an even weaker ending",
    "+ one of the best films of the year",
    "- one of the worst films of the year",
    "+ the music alone is worth the ticket",
    "- nothing here is new and nothing here is fun",
    "+ a moving portrait of two sisters",
    "- a lifeless copy of a better film",
    "+ it is smart, it is kind and it is never boring",
    "- loud, empty and far too long",
    "+ every scene is a delight",
    "- every scene feels like work",
    "+ a brave film that stays with you for days",
    "- i forgot it before i had left the cinema",
    "+ sharp dialogue and a perfect cast",
    "- wooden dialogue and no chemistry at all",
    "+ the ending is a small miracle",
    "- the ending makes no sense whatsoever",
    "+ great fun for old and young",
    "- a waste of good actors and of my evening",
)


@dataclass(frozen=True)
class Review:
    """A text, and 1 if it is a good review, else 0."""

    text: str
    label: int


def review_of(line: str) -> Review:
    """Reads "+ a warm film"; raises `BadInput` for a line without a sign or without a text."""
    sign, text = line[:1], line[1:].strip()
    if sign not in (GOOD, *MINUSES) or not any(map(str.isalnum, text)):
        raise BadInput(f"{quoted(line)} is no review with its label.", HOW)
    return Review(text, int(sign == GOOD))


def reviews_of(lines: tuple[str, ...]) -> list[Review]:
    """All reviews; raises `BadInput` unless there are good and bad ones."""
    found = [review_of(line.strip()) for line in lines if line.strip()]
    if len({one.label for one in found}) < 2:
        raise BadInput("There must be at least one good and one bad review.", HOW)
    return found
