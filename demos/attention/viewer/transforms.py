"""Transforms attention weights before they are shown: hides special tokens, then merges sub-words.

All functions take weights [..., n, m] and return new arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.errors import BadInput
from demos.nlp.tokens import Token, merge

Special = Literal["show", "hide", "renormalise"]
Words = Literal["tokens", "mean", "sum"]


@dataclass(frozen=True, eq=False)
class Axes:
    """Which rows and columns remain, and how they are grouped into words."""

    queries: tuple[Token, ...]
    keys: tuple[Token, ...]
    kept_queries: tuple[int, ...]
    kept_keys: tuple[int, ...]
    query_groups: tuple[tuple[int, ...], ...]
    key_groups: tuple[tuple[int, ...], ...]


def axes(queries: Sequence[Token], keys: Sequence[Token], special: Special, words: Words) -> Axes:
    """Plans the transformation of one map; raises `BadInput` if nothing would remain."""
    kept_queries = _kept(queries, special)
    kept_keys = _kept(keys, special)
    if not kept_queries or not kept_keys:
        raise BadInput("Only special tokens are left, and they are hidden.", "Show the special tokens.")
    query_tokens = tuple(queries[i] for i in kept_queries)
    key_tokens = tuple(keys[i] for i in kept_keys)
    if words == "tokens":
        return Axes(query_tokens, key_tokens, kept_queries, kept_keys, (), ())
    query_words, query_groups = merge(query_tokens)
    key_words, key_groups = merge(key_tokens)
    return Axes(query_words, key_words, kept_queries, kept_keys, query_groups, key_groups)


def _kept(tokens: Sequence[Token], special: Special) -> tuple[int, ...]:
    return tuple(i for i, token in enumerate(tokens) if special == "show" or not token.special)


def transform(weights: np.ndarray, plan: Axes, special: Special, words: Words) -> np.ndarray:
    """Applies a plan to weights [..., n, m]: returns [..., remaining queries, remaining keys]."""
    if special != "show":
        weights = np.take(np.take(weights, plan.kept_queries, axis=-2), plan.kept_keys, axis=-1)
    if special == "renormalise":
        weights = renormalise(weights)
    if words != "tokens":
        weights = merge_words(weights, plan.query_groups, plan.key_groups, words)
    return weights


def removed_mass(weights: np.ndarray, plan: Axes) -> np.ndarray:
    """The share of each remaining row's weight that went to hidden keys, [..., queries left], in [0, 1]."""
    hidden = np.setdiff1d(np.arange(weights.shape[-1]), plan.kept_keys)
    rows = list(plan.kept_queries)
    removed = weights[..., hidden].sum(-1)[..., rows]
    total = weights.sum(-1)[..., rows] if hidden.size else np.ones_like(removed)
    mass = np.divide(removed, total, out=np.zeros_like(removed), where=total > 0)
    return _mean_of_groups(mass, plan.query_groups, -1) if plan.query_groups else mass


def renormalise(weights: np.ndarray) -> np.ndarray:
    """Divides each row by its sum; a row that sums to zero stays zero."""
    totals = weights.sum(-1, keepdims=True)
    return np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)


def merge_words(
    weights: np.ndarray,
    query_groups: Sequence[Sequence[int]],
    key_groups: Sequence[Sequence[int]],
    how: Literal["mean", "sum"],
) -> np.ndarray:
    """Attention between words.

    From a word: the mean over its tokens' rows. To a word: the sum over its tokens' columns, so
    that rows keep their sum (Clark et al. 2019, section 4.1), or their mean.
    """
    rows = _mean_of_groups(weights, query_groups, -2)
    if how == "mean":
        return _mean_of_groups(rows, key_groups, -1)
    return np.add.reduceat(rows, _starts(key_groups), axis=-1)


def _mean_of_groups(values: np.ndarray, groups: Sequence[Sequence[int]], axis: int) -> np.ndarray:
    sizes = np.array([len(group) for group in groups], values.dtype)
    sums = np.add.reduceat(values, _starts(groups), axis=axis)
    return sums / (sizes[:, None] if axis == -2 else sizes)


def _starts(groups: Sequence[Sequence[int]]) -> list[int]:
    # A word is a run of neighbouring tokens, so its start is enough.
    return [group[0] for group in groups]
