"""How far to trust a translation, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from demos.texts import per_cent


def distrusted(probability: float, needed: float | None, rare: int, words: int) -> str:
    """Why a translation should not be trusted, or ""."""
    if needed is None or probability >= needed:
        return ""
    why = f" ({rare} of the {words} words it knows only in pieces)" if rare else ""
    return (
        f"The model hardly trusts its translation of this text: {per_cent(probability)} for a token on "
        f"average, where {per_cent(needed)} would be needed{why}. It is probably wrong."
    )


def warning(dropped: str, rare: Sequence[str], words: int, ended: bool) -> str:
    """A caution about a translation that is shown."""
    parts = [dropped]
    if rare:
        listed = ", ".join(rare[:12]) + (" …" if len(rare) > 12 else "")
        parts.append(
            f"{len(rare)} of {words} words are rare or unknown to this model, whose vocabulary has them only "
            f"in pieces: {listed}."
        )
    if not ended:
        parts.append("The model had to stop here; the translation is not complete.")
    return " ".join(filter(None, parts))
