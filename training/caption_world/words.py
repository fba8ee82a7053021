"""Which pieces begin a word, and what denoisers take away: whole words, singly and in spans."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import TypeVar

from training.caption_world.loop import Ids

T = TypeVar("T")
SHARE, MEAN = 0.3, 3.0
"""BART's share of words that are taken away and mean length of a span (Lewis et al. 2020, section 2.2)."""


def starts(vocabulary: dict[str, int]) -> frozenset[int]:
    """Ids of the pieces that begin a word or are a punctuation mark."""
    return frozenset(
        index for piece, index in vocabulary.items() if piece.startswith("▁") or not piece[0].isalnum()
    )


def begins(vocabulary: dict[str, int]) -> frozenset[int]:
    """Ids of the pieces that begin a word of letters; alone, they are a whole one."""
    return frozenset(
        index for piece, index in vocabulary.items() if piece.startswith("▁") and piece[1:].isalpha()
    )


def words(ids: Ids, starts: frozenset[int]) -> list[Ids]:
    """The pieces of each word."""
    found: list[Ids] = []
    for index in ids:
        if not found or index in starts:
            found.append([])
        found[-1].append(index)
    return found


def poisson(mean: float, draw: random.Random) -> int:
    """A count from the Poisson distribution, by Knuth's product of uniform numbers."""
    count, product = 0, draw.random()
    while product > math.exp(-mean):
        count, product = count + 1, product * draw.random()
    return count


def spans(
    count: int, draw: random.Random, share: float = SHARE, mean: float = MEAN, shortest: int = 0
) -> list[tuple[int, int]]:
    """Spans (start, end) of `count` words, in order and apart by a word or more, together about `share`."""
    left, found = max(1, round(share * count)), []
    free = set(range(count))
    for _ in range(4 * count):
        length = min(max(poisson(mean, draw), shortest), left)
        places = [
            start
            for start in range(count - length + 1)
            if all(place in free for place in range(start, start + max(length, 1)))
        ]
        if places:
            start = draw.choice(places)
            found.append((start, start + length))
            free -= set(range(start - 1, start + length + 1))
            left -= max(length, 1)
        if left <= 0:
            break
    return sorted(found)


def pieces_between(items: list[T], found: list[tuple[int, int]]) -> Iterator[tuple[list[T], list[T]]]:
    """Pairs of what stands before each span and what stands in it; the last has what is left, and nothing."""
    place = 0
    for start, end in found:
        yield items[place:start], items[start:end]
        place = end
    yield items[place:], []


def infilled(caption: Ids, starts: frozenset[int], mask: int, draw: random.Random) -> Ids:
    """The caption with spans of words replaced by one mask each; an empty span puts a mask in between."""
    groups = words(caption, starts)
    broken: Ids = []
    parts = list(pieces_between(groups, spans(len(groups), draw)))
    for number, (before, _) in enumerate(parts):
        broken += [index for group in before for index in group]
        broken += [mask] * (number < len(parts) - 1)
    return broken
