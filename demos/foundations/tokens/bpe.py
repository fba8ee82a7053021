"""Byte-pair encoding as it is trained: the most frequent pair of neighbours becomes one piece, and so on.

Sennrich, Haddow and Birch 2016 (arXiv:1508.07909), section 3.2, with the bookkeeping of the library
`tokenizers` (0.23, `BpeTrainer`), so that both make the same merges in the same order:

- Pieces are numbered: first the characters in the order of their code points, then what is merged.
- Of several pairs with the same count, the one with the smaller numbers is merged.
- Two paths to the same string ("a" + "aa", "aa" + "a") lead to one piece. Pairs with it are then queued a
  second time, with the new places only, and both are merged, each at its own time.
- The count of a merged pair is not set to 0. If the pair comes back, what was left over is added.

The last two are rare in sentences and frequent in "aaaa".
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True)
class Merge:
    """One step: `left` and `right` become `piece`, all of them numbers.

    count: of the pair when it was chosen, where "aaa" has "aa" twice; made: how many pieces fewer the text
    has afterwards, where "aaa" gives one; words: the indices of the words that changed.
    """

    left: int
    right: int
    piece: int
    count: int
    made: int
    words: tuple[int, ...]


def alphabet(counts: Mapping[str, int]) -> list[str]:
    """The pieces that training begins with: every character once, by code point."""
    return sorted(set("".join(counts)))


def train(counts: Mapping[str, int], least: int, most: int) -> tuple[list[str], list[Merge]]:
    """All pieces by number, and the merges in order.

    counts: words and how often each occurs; least: a pair that is rarer is not merged; most: merges at the
    end of which training stops, counting those that made a new string.
    """
    pieces = alphabet(counts)
    numbers = {piece: number for number, piece in enumerate(pieces)}
    limit = len(pieces) + most
    words = [[numbers[character] for character in word] for word in counts]
    weights = list(counts.values())
    seen: defaultdict[Pair, int] = defaultdict(int)
    queue = _Queue(seen)
    found: dict[Pair, set[int]] = {}
    for index, word in enumerate(words):
        for pair in zip(word, word[1:], strict=False):
            seen[pair] += weights[index]
            found.setdefault(pair, set()).add(index)
    queue.push(found)
    merges: list[Merge] = []
    while len(pieces) < limit:
        top = queue.pop()
        if top is None or top[0] < max(1, least):
            break
        count, (left, right), places = top
        string = pieces[left] + pieces[right]
        piece = numbers.setdefault(string, len(pieces))
        if piece == len(pieces):
            pieces.append(string)
        found, made, changed = {}, 0, []
        for index in sorted(places):
            before = len(words[index])
            for pair, change in _merge(words[index], left, right, piece):
                seen[pair] += change * weights[index]
                if change > 0:
                    found.setdefault(pair, set()).add(index)
            if len(words[index]) < before:
                changed.append(index)
                made += (before - len(words[index])) * weights[index]
        queue.push(found)
        merges.append(Merge(left, right, piece, count, made, tuple(changed)))
    return pieces, merges


def _merge(word: list[int], left: int, right: int, piece: int) -> Iterator[tuple[Pair, int]]:
    """Merges a pair in a word, in place and from the left; yields the changes of the other pairs' counts."""
    at = 0
    while at < len(word) - 1:
        if word[at] == left and word[at + 1] == right:
            if at:
                yield (word[at - 1], left), -1
                yield (word[at - 1], piece), 1
            word[at : at + 2] = [piece]
            if at < len(word) - 1:
                yield (right, word[at + 1]), -1
                yield (piece, word[at + 1]), 1
        at += 1


class _Queue:
    """Pairs with the words in which they were found, the most frequent first; counts are brought up to date
    when a pair is taken."""

    def __init__(self, seen: Mapping[Pair, int]) -> None:
        self.seen = seen
        self._heap: list[tuple[int, Pair, int, set[int]]] = []
        self._pushed = 0

    def push(self, found: Mapping[Pair, set[int]]) -> None:
        for pair, places in found.items():
            if self.seen[pair] > 0:
                self._put(pair, places)

    def pop(self) -> tuple[int, Pair, set[int]] | None:
        """Count, pair and words of the first; None if the queue is empty."""
        while self._heap:
            count, pair, _, places = heapq.heappop(self._heap)
            if -count == self.seen[pair]:
                return -count, pair, places
            self._put(pair, places)
        return None

    def _put(self, pair: Pair, places: set[int]) -> None:
        self._pushed += 1
        heapq.heappush(self._heap, (-self.seen[pair], pair, self._pushed, places))
