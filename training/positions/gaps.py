"""Hidden words of captions that none had seen: with ever more text in front, and with the words shuffled.

The same gaps are asked of all encoders. A gap is a word of one piece, hidden alone; words are drawn once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from demos.models.positions import Encoder
from training.caption_world import words
from training.caption_world.loop import Ids
from training.caption_world.tokenizer import MASK
from training.positions import windows

REACHED = (8, 16, 24, 32, 40, 48, 56, 64)
"""Pieces that an encoder is given, up to more than twice those of training."""
GAPS, BATCH = 2, 100
"""Gaps of each image in the text of growing length; rows of a forward pass."""


@dataclass(frozen=True)
class Gap:
    """A text with one word hidden at `place`, which was `word`. `image` says which gaps belong together."""

    ids: Ids
    place: int
    word: int
    image: int


def hidden(ids: Ids, place: int, image: int) -> Gap:
    return Gap([*ids[:place], MASK, *ids[place + 1 :]], place, ids[place], image)


def whole(ids: Ids, starts: frozenset[int], begins: frozenset[int]) -> list[int]:
    """Places of the words that are one piece."""
    found, place = [], 0
    for word in words.words(ids, starts):
        if len(word) == 1 and word[0] in begins:
            found.append(place)
        place += len(word)
    return found


def at_the_end(
    images: list[list[Ids]], starts: frozenset[int], begins: frozenset[int], draw: random.Random
) -> list[Gap]:
    """Streams of exactly the longest of REACHED pieces, with a gap among the last of the shortest: so each
    shorter text, cut off in front, has the same gap. Up to GAPS of each image that has pieces enough."""
    found = []
    for image, captions in enumerate(images):
        joined = windows.stream(captions, draw)[0]
        if len(joined) < REACHED[-1]:
            continue
        text = joined[-REACHED[-1] :]
        places = [place for place in whole(text, starts, begins) if place > REACHED[-1] - REACHED[0]]
        for place in draw.sample(places, min(GAPS, len(places))):
            found.append(hidden(text, place, image))
    return found


def cut(gap: Gap, length: int) -> Gap:
    """The same gap with the last `length` pieces of its text alone."""
    front = len(gap.ids) - length
    return Gap(gap.ids[front:], gap.place - front, gap.word, gap.image)


def in_captions(
    images: list[list[Ids]], starts: frozenset[int], begins: frozenset[int], draw: random.Random
) -> list[tuple[Gap, Gap]]:
    """One gap of one caption of each image, and the same with all words in another order, the hidden one
    among them. Captions are no longer than the windows of training."""
    found = []
    for image, captions in enumerate(images):
        caption = draw.choice(captions)
        places = whole(caption, starts, begins)
        if not places or len(caption) > windows.LONGEST:
            continue
        gap = hidden(caption, draw.choice(places), image)
        found.append((gap, shuffled(gap, words.words(caption, starts), draw)))
    return found


def shuffled(gap: Gap, groups: list[Ids], draw: random.Random) -> Gap:
    """The words of `groups`, which spell the gap's text, in a drawn order."""
    numbered, place = [], 0
    for group in groups:
        numbered.append(range(place, place + len(group)))
        place += len(group)
    order = [place for word in draw.sample(numbered, len(numbered)) for place in word]
    return Gap([gap.ids[place] for place in order], order.index(gap.place), gap.word, gap.image)


@torch.no_grad()
def asked(encoder: Encoder, gaps: list[Gap]) -> list[tuple[float, int]]:
    """Of each gap the hidden word's log-probability, in nats, and the encoder's first choice.

    Raises TooLong as the encoder does.
    """
    found: dict[int, tuple[float, int]] = {}
    for chosen in _alike(gaps):
        ids = torch.tensor([gaps[index].ids for index in chosen])
        places = torch.tensor([gaps[index].place for index in chosen])
        truth = torch.tensor([gaps[index].word for index in chosen])
        rows = torch.arange(len(chosen))
        scores = encoder.scores(encoder(ids)[rows, places]).log_softmax(-1)
        for index, nats, best in zip(
            chosen, scores[rows, truth].tolist(), scores.argmax(-1).tolist(), strict=True
        ):
            found[index] = (nats, best)
    return [found[index] for index in range(len(gaps))]


def _alike(gaps: list[Gap]) -> Iterator[list[int]]:
    """Indices in batches of one length."""
    groups: dict[int, list[int]] = {}
    for index, gap in enumerate(gaps):
        groups.setdefault(len(gap.ids), []).append(index)
    for group in groups.values():
        yield from (group[start : start + BATCH] for start in range(0, len(group), BATCH))
