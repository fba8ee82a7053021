"""Masks of masked language models: 15 % of the pieces, of which 80 % become the mask, 10 % another piece."""

from __future__ import annotations

import random

from training.caption_world.loop import IGNORED, Ids
from training.caption_world.tokenizer import MASK, RESERVED, SIZE

SHARE = 0.15


def mask(ids: Ids, draw: random.Random, share: float = SHARE) -> tuple[Ids, Ids]:
    """Ids with gaps, and the labels: what stood at each chosen place, IGNORED elsewhere.

    Special tokens are never chosen, and of every text at least one piece is (Devlin et al. 2019, 3.1).
    """
    places = [place for place, index in enumerate(ids) if index >= RESERVED]
    chosen = draw.sample(places, max(1, round(share * len(places)))) if places else []
    broken, labels = list(ids), [IGNORED] * len(ids)
    for place in chosen:
        labels[place] = ids[place]
        fate = draw.random()
        if fate < 0.8:
            broken[place] = MASK
        elif fate < 0.9:
            broken[place] = draw.randrange(RESERVED, SIZE)
    return broken, labels
