"""Checks that every typed text must pass before it reaches a tokenizer."""

from __future__ import annotations

import re

from demos.errors import BadInput

MAX_CHARACTERS = 100_000
_SURROGATE = re.compile("[\ud800-\udfff]")


def check_text(text: str, name: str = "text") -> str:
    """Return `text` unchanged, or raise `BadInput` if no model can read it.

    Control characters, bidirectional overrides and markup are allowed: they are data, and the
    views show them as such.
    """
    if not text.strip():
        raise BadInput(f"The {name} is empty.", "Type a sentence, or choose an example.")
    if len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"The {name} has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}.",
            "Use a shorter passage.",
        )
    return whole_characters(text, name)


def whole_characters(text: str, name: str = "text") -> str:
    """Return `text` unchanged, or raise `BadInput` if it contains half of a surrogate pair."""
    if _SURROGATE.search(text):
        raise half_a_character(text, name)
    return text


def half_a_character(text: str, name: str) -> BadInput:
    """Returns the error that says where a text, which must contain one, has half of a surrogate pair."""
    broken = _SURROGATE.search(text)
    assert broken
    return BadInput(
        f"Character {broken.start() + 1:,} of the {name} is half of a surrogate pair, which is no character.",
        "Delete it, or copy the text again from its source.",
    )


def per_cent(score: float) -> str:
    """A share in [0, 1] as a percentage; an uncertain value is never shown as 0 or 100 %."""
    if 0 < score < 0.0005:
        return "under 0.1 %"
    if 0.9995 <= score < 1:
        return "over 99.9 %"
    return f"{score:.1%}".replace("%", " %")
