"""Which weights made an answer of several models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from demos.models.specs import Loaded, Origin
from demos.nlp.wording import counted


def together(loaded: Sequence[Loaded]) -> Origin:
    """One origin for the answer of several models of caption world; its title and its note name them."""
    if len(loaded) == 1:
        return loaded[0].origin
    titles = [one.origin.title.partition(": ")[2] or one.origin.title for one in loaded]
    named = ", ".join(titles)
    return replace(
        loaded[0].origin,
        checkpoint="caption-world",
        title=f"Caption world ({named if len(titles) < 5 else counted(len(titles), 'model')})",
        note=f"{named}: trained alike by this project on captions of photographs.",
    )
