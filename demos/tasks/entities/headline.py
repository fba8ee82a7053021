"""The entities of a text in one sentence."""

from __future__ import annotations

import math
import re

from demos.nlp.wording import (
    LONGEST,
    listed,
    partly_read,
    quoted,
    shortened,
    unreadable,
    whole_per_cent,
)
from demos.tasks.entities.schemas import EntitiesResult, NamedEntity

NAMED, SURE = 3, 0.9
CLASSES = {"PER": "person", "LOC": "place", "ORG": "organisation", "MISC": "other name"}
ABBREVIATIONS = (*CLASSES, "URL", "IBAN", "US", "SSN")


def headline(_: object, result: EntitiesResult) -> str:
    """How many were found, the first of them with their classes, and the one that the model is least sure of;
    of what is withheld only what fixed rules found."""
    rest = partly_read(result.warning)
    if result.withheld:
        by_rule = tuple(one for one in result.entities if one.score is None)
        said = unreadable("this text", result.instead)
        return _fitting(f"{said.removesuffix('.')}; found by rules: ", by_rule, ".") if by_rule else said
    if not result.entities:
        return f"Nothing found, which does not prove that there is nothing{rest}."
    unsure = min((one for one in result.entities if one.score is not None), key=_score, default=None)
    return _fitting(f"{len(result.entities):,} found: ", result.entities, f"{_least_sure(unsure)}{rest}.")


def _least_sure(entity: NamedEntity | None) -> str:
    if entity is None:
        return ""
    score = _score(entity)
    if score < SURE:
        return f"; least sure of {quoted(entity.text, 24)}, {whole_per_cent(score)}"
    return f"; all {'over 99 %' if score > 0.99 else f'at least {math.floor(100 * score)} %'}"


def _fitting(before: str, entities: tuple[NamedEntity, ...], after: str) -> str:
    """A sentence that names as many entities as it has room for, at most `NAMED`."""
    named = [f"{quoted(one.text, 24)} ({class_name(one.label)})" for one in entities]
    every = (f"{before}{listed(named, most)}{after}" for most in range(NAMED, 0, -1))
    return next(said for said in every if len(said) <= LONGEST)  # one always has room


def class_name(label: str) -> str:
    """The name of a class in words: of a checkpoint that nobody knows, without signs that could pass for
    something that the sentence says."""
    return CLASSES.get(label) or shortened(re.sub(r"[^\w -]", "", said(label)), 20)


def said(label: str) -> str:
    """The name of a class as shown on the page."""
    return " ".join(word if word in ABBREVIATIONS else word.lower() for word in label.split("_"))


def _score(entity: NamedEntity) -> float:
    return entity.score or 0.0
