"""Personal data of recognisable form, found by rules: e-mail, URL, card, IBAN, US SSN, telephone.

A pattern only proposes. A find with a checksum or a numbering plan counts only if that agrees, as computed by
python-stdnum (Luhn, ISO 7064 mod 97, the ranges of US numbers) and phonenumbers (each country's numbering
plan). Every repetition in a pattern is bounded and starts where no longer match could start, so that the time
is at most proportional to the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from demos.nlp.spans import Entity

REGION = "US"
"""The assumed country of a telephone number without a country code."""


_URL = re.compile(r"(?<![A-Za-z0-9])(?:https?://|www\.)[^\s<>\"]{1,2000}", re.IGNORECASE)
_EMAIL = re.compile(
    r"(?<![\w.%+'-])[\w%+'-][\w.%+'-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])", re.ASCII
)
_IBAN = re.compile(  # a lookahead, since an IBAN can begin inside a false match
    r"(?<![A-Za-z0-9])(?=([A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}))", re.ASCII | re.IGNORECASE
)
_CARDS = tuple(
    re.compile(rf"(?<!\d)(?=[2-6]){digits}(?!\d)", re.ASCII)
    for digits in (
        r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}\1\d{3}",
        r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}",
        r"\d{4}([ -])\d{6}\1\d{4,5}",
        r"\d{13,19}",
    )
)
_SSN = re.compile(r"(?<![\d-])\d{3}([ -])\d{2}\1\d{4}(?![\d-])", re.ASCII)


def patterns(text: str) -> tuple[Entity, ...]:
    """All that the rules find in a text, in its order.

    Where two overlap, the first in this order is kept: URL, e-mail, IBAN, card, US social security number,
    telephone number.
    """
    taken = bytearray(len(text) + 1)
    found: list[Entity] = []
    for start, end, label, found_by in _proposals(text):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(Entity(start, end, label, None, f"pattern: {found_by}"))
    return tuple(sorted(found, key=lambda one: one.start))


def _proposals(text: str) -> Iterator[tuple[int, int, str, str]]:
    from phonenumbers import PhoneNumberMatcher
    from stdnum import luhn
    from stdnum.us import ssn

    for match in _URL.finditer(text):
        end = match.start() + len(match[0].rstrip(".,;:!?'’”)]}*"))
        yield match.start(), end, "URL", "URL"
    for match in _EMAIL.finditer(text):
        yield *match.span(), "EMAIL", "e-mail address"
    for match in _IBAN.finditer(text):
        if length := _iban(match[1], text[match.end(1) : match.end(1) + 1]):
            yield match.start(), match.start() + length, "IBAN", "IBAN, checksum verified"
    for pattern in _CARDS:
        for match in pattern.finditer(text):
            if luhn.is_valid(re.sub("[ -]", "", match[0])):
                yield *match.span(), "CARD_NUMBER", "card number, checksum verified"
    for match in _SSN.finditer(text):
        if ssn.is_valid(match[0].replace(" ", "-")):
            yield *match.span(), "US_SSN", "US social security number, range verified"
    for match in PhoneNumberMatcher(text, REGION):
        yield match.start, match.end, "PHONE", "telephone number, numbering plan verified"


def _iban(proposed: str, after: str) -> int:
    """The length of the longest beginning that is an IBAN and ends where a word does, or 0."""
    from stdnum import iban

    for end in range(len(proposed), 14, -1):
        following = proposed[end : end + 1] or after
        if following.isalnum() or not proposed[end - 1].isalnum():
            continue
        compact = re.sub("[ -]", "", proposed[:end]).upper()
        if int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1:
            if iban.is_valid(compact):
                return end
    return 0


def with_patterns(entities: Sequence[Entity], found: Sequence[Entity], text: str) -> tuple[Entity, ...]:
    """Merges the model's entities with those of the rules, in the order of the text, without overlaps.

    A rule's span is kept whole. A model's span is cut where they overlap, and the rest remains an entity if
    it has a letter or digit, so that no rule removes the marking of anything.
    """
    kept = list(found)
    for one in entities:
        start = one.start
        for rule in (rule for rule in found if rule.start < one.end and one.start < rule.end):
            kept += _rest(one, start, rule.start, text)
            start = max(start, rule.end)
        kept += _rest(one, start, one.end, text)
    return tuple(sorted(kept, key=lambda one: one.start))


def _rest(entity: Entity, start: int, end: int, text: str) -> list[Entity]:
    """The part text[start:end] of an entity, without surrounding signs and spaces."""
    if (start, end) == (entity.start, entity.end):
        return [entity]
    inside = [place for place in range(start, end) if text[place].isalnum()]
    return [Entity(inside[0], inside[-1] + 1, entity.label, entity.probability)] if inside else []
