"""Checks that every typed text passes before it reaches a tokenizer."""

from __future__ import annotations

from demos.errors import BadInput

MAX_CHARACTERS = 100_000


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
    broken = next((i for i, character in enumerate(text) if "\ud800" <= character <= "\udfff"), None)
    if broken is not None:
        raise BadInput(
            f"Character {broken + 1:,} of the {name} is half of a surrogate pair, which is no character.",
            "Delete it, or copy the text again from its source.",
        )
    return text
