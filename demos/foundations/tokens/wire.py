"""A training as what the page's script steps through (assets/js/foundations/tokens.js)."""

from __future__ import annotations

from typing import Any

from demos.foundations.tokens.headline import of_step, sizes
from demos.foundations.tokens.schemas import MergesResult


def drawn(result: MergesResult) -> dict[str, Any]:
    """Words as the numbers of their characters, every merge, and a sentence for each step: plain data."""
    number = {piece: index for index, piece in enumerate(result.pieces)}
    return {
        "words": [[number[character] for character in word] for word in result.words],
        "counts": result.counts,
        "text": result.text,
        "pieces": result.pieces,
        "characters": result.characters,
        "merges": [[one.left, one.right, one.piece, one.count, one.words] for one in result.merges],
        "said": [of_step(result, step) for step in range(len(result.merges) + 1)],
        "sizes": [sizes(result, step) for step in range(len(result.merges) + 1)],
    }
