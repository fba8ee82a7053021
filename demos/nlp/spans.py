"""Turns a tag per word into the names in a text, as character offsets.

Adjacent words of one class form one name until a B- tag begins another, as in transformers'
token-classification pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """text[start:end] is a name of class `label`; probability is the mean over its words' tags.

    A name found by a rule has no probability, and `found_by` names the rule.
    """

    start: int
    end: int
    label: str
    probability: float | None
    found_by: str = ""


@dataclass(frozen=True)
class Tagged:
    """One word: its position in the text, its tag (O, B-class, I-class, or a class alone) and that tag's
    probability."""

    start: int
    end: int
    tag: str
    probability: float


def entities(tagged: Sequence[Tagged]) -> tuple[Entity, ...]:
    """The names that the words' tags spell."""
    groups: list[list[Tagged]] = []
    for word in tagged:
        if groups and not word.tag.startswith("B-") and _class(groups[-1][-1].tag) == _class(word.tag):
            groups[-1].append(word)
        else:
            groups.append([word])
    return tuple(
        Entity(
            group[0].start,
            group[-1].end,
            group[0].tag.split("-", 1)[-1],
            sum(w.probability for w in group) / len(group),
        )
        for group in groups
        if group[0].tag != "O"
    )


def _class(tag: str) -> str:
    return tag[2:] if tag.startswith(("B-", "I-")) else tag
