"""How often are the halves of a caption put in order by their outermost words alone?

The halves are those of measure_next_sentence: half of all captions begin with "a", and hardly any second half
begins as captions begin, so that order can be told without understanding. Three rules, none of which sees
more than the first and the last word of each half:

- as captions begin: the half that begins with an article or "two" is the first, unless both do, or neither;
- first words: the half is the first whose first word began more first than second halves of the training
  captions, compared by the logarithm of the ratio of both counts (each plus one half);
- first and last words: the sum of that and the same of the last words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from demos.caption_world.next_sentence.compute import Pair
from demos.caption_world.next_sentence.figures import RULES

BEGINNINGS = {"a", "an", "the", "two"}

Score = Callable[[str], float]
"""How much a half looks like the first of two."""


def begins(half: str) -> float:
    """1 if a half begins as most captions do, else 0."""
    return float(_word(half, 0) in BEGINNINGS)


def counted(train: Sequence[Pair], place: int) -> Score:
    """A score from how often words stood at `place` (0: first, -1: last) in first and in second halves."""
    counts = [Counter(_word(pair[side], place) for pair in train) for side in (0, 1)]

    def score(half: str) -> float:
        first, second = (count[_word(half, place)] + 0.5 for count in counts)
        return math.log(first / second)

    return score


def _word(half: str, place: int) -> str:
    return half.split()[place].casefold()


def measured(pairs: Sequence[Pair], train: Sequence[Pair]) -> Mapping[str, Mapping[str, int]]:
    """Of each rule, how many pairs in order it puts rightly, and of how many it says nothing.

    The rules treat both halves alike, so swapped pairs would give the same counts.
    """
    first, last = counted(train, 0), counted(train, -1)
    scores: Sequence[Score] = (begins, first, lambda half: first(half) + last(half))
    found = {}
    for name, score in zip(RULES, scores, strict=True):
        each = [score(one) - score(other) for one, other in pairs]
        found[name] = {
            "right": sum(value > 0 for value in each),
            "undecided": sum(value == 0 for value in each),
            "pairs": len(each),
        }
    return found
