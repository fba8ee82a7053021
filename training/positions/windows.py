"""Windows of captions: what the five encoders read, in training and when they are measured.

A stream is all captions of one image, one behind the other, without any mark between them: each caption ends
with its full stop, and what one tells helps to fill the next. A window is a stretch of it. No special token
stands around a window, so that nothing but a scheme tells where it begins.
"""

from __future__ import annotations

import random

from training.caption_world import masking
from training.caption_world.data import Captions
from training.caption_world.loop import Ids, Row

LENGTHS = (8, 12, 16, 20, 24)
"""Pieces of a window in training. Whole batches have one length, so nothing is ever padded."""
LONGEST = LENGTHS[-1]
SHARE = 0.25
"""Of a window's pieces, hidden: more than BERT, as the budget is small (Wettig et al. 2023, 2202.08005)."""


def stream(image: list[Ids], draw: random.Random) -> tuple[Ids, list[int]]:
    """The captions of an image in a drawn order as one text, and where each begins."""
    joined: Ids = []
    begins = []
    for caption in draw.sample(image, len(image)):
        begins.append(len(joined))
        joined += caption
    return joined, begins


def windows(image: list[Ids], draw: random.Random) -> list[Ids]:
    """As many windows as the image has captions: half of them begin with a caption, half of them anywhere."""
    found = []
    joined, begins = stream(image, draw)
    for _ in image:
        length = draw.choice(LENGTHS)
        last = len(joined) - length
        if last < 0:
            continue
        starts = [begin for begin in begins if begin <= last]
        start = draw.choice(starts) if draw.random() < 0.5 else draw.randint(0, last)
        found.append(joined[start : start + length])
    return found


def rows(captions: Captions[Ids], draw: random.Random) -> list[Row]:
    """Windows of all images with gaps, drawn anew for every pass."""
    return [
        Row(*masking.mask(window, draw, SHARE))
        for image in captions.images
        for window in windows(image, draw)
    ]
