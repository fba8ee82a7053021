"""The patterns that are looked for in every head, and how much of it chance would show.

A pattern names one target for each of its rows: the token before, the first token, the same word elsewhere.
Its strength in a head is the mean weight of those rows on their targets. Chance is the same with a random
visible token in place of every target: since the best of all heads is looked for, the best of all heads
counts in every draw too. Texts in another order would be no measure of chance here: a head that looks one
token back does so in any text, and the same words stay the same. See `links` for what depends on the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.nlp.tokens import Token

DRAWS = 100


@dataclass(frozen=True, eq=False)
class Pattern:
    """One kind of pattern in one map: rows [r] are positions of queries, targets [r] of keys; drawn
    [DRAWS, r] are the random targets."""

    kind: str
    rows: np.ndarray
    targets: np.ndarray
    drawn: np.ndarray


@dataclass(frozen=True, eq=False)
class PatternScores:
    """One pattern in some heads: strength [heads], row [heads] the row that gives its target most, and chance
    [DRAWS] the best of these heads in every draw."""

    strength: np.ndarray
    row: np.ndarray
    chance: np.ndarray


def patterns(queries: Sequence[Token], keys: Sequence[Token], name: str, causal: bool) -> tuple[Pattern, ...]:
    """The patterns that a map of these tokens can show; `name` is the map's."""
    random = np.random.default_rng(0)
    visible = np.arange(1, len(queries) + 1) if causal else np.full(len(queries), len(keys))
    made = []
    for kind, pairs in _targets(queries, keys, name, causal).items():
        # The first row of a causal map can only look at itself, whatever the head does.
        kept = [(row, key) for row, key in pairs if visible[row] > 1]
        if kept:
            rows, targets = np.array(kept).T
            drawn = (random.random((DRAWS, len(rows))) * visible[rows]).astype(int)
            made.append(Pattern(kind, rows, targets, drawn))
    return tuple(made)


def _targets(
    queries: Sequence[Token], keys: Sequence[Token], name: str, causal: bool
) -> dict[str, list[tuple[int, int]]]:
    """By kind of pattern: its rows and their targets."""
    n, own = len(queries), name != "cross"
    last = max((i for i, token in enumerate(keys) if token.separator), default=-1)
    found = {"first": [(i, 0) for i in range(n) if i or not own]}
    if last > 0:
        found["separator"] = [(i, last) for i in range(n) if i != last or not own]
    if own:
        found["previous"] = [(i, i - 1) for i in range(1, n)]
        found["next"] = [(i, i + 1) for i in range(n - 1) if not causal]
        found["self"] = [(i, i) for i in range(n)]
        found["same"] = _same_words(queries, causal)
    return found


def _same_words(tokens: Sequence[Token], causal: bool) -> list[tuple[int, int]]:
    """Every word that stands elsewhere too, with the nearest other place; in a causal map, the one before."""
    places: dict[str, list[int]] = {}
    for i, token in enumerate(tokens):
        # The pieces of one character share its text, and an unknown word is to the model like any other.
        if not (token.special or token.part or token.note) and any(map(str.isalnum, token.text)):
            places.setdefault(token.text.casefold(), []).append(i)
    pairs = []
    for positions in places.values():
        for at, i in enumerate(positions):
            others = positions[max(0, at - 1) : at] + ([] if causal else positions[at + 1 : at + 2])
            if others:
                pairs.append((i, min(others, key=lambda other: abs(other - i))))
    return sorted(pairs)


def score_pattern(pattern: Pattern, weights: np.ndarray) -> PatternScores:
    """How strong a pattern is in the heads of one layer, weights [heads, queries, keys]."""
    on_targets = weights[:, pattern.rows, pattern.targets]
    on_random = weights[:, pattern.rows[None], pattern.drawn].mean(-1, dtype=np.float64)
    return PatternScores(
        strength=on_targets.mean(-1, dtype=np.float64),
        row=pattern.rows[on_targets.argmax(-1)],
        chance=on_random.max(0),
    )
