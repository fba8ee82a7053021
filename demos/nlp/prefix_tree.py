"""The shared beginnings of token sequences as a tree, so that a model reads every shared stretch once."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

MIN_SHARED, SAVED = 8, 4
"""Tokens of a stretch that justify its own forward pass; or so many times as many that are not read again for
all who share it: on a CPU, one more pass costs about 30 tokens."""


@dataclass(frozen=True, order=True)
class Wanted:
    """Asks for the log-probability that `token` comes next at `position` of a sequence.

    It is token number `index` of request number `request`.
    """

    position: int
    token: int
    request: int
    index: int


@dataclass(frozen=True)
class Node:
    """A stretch of tokens that starts at `start`, the requests in it, and what may follow it."""

    start: int
    ids: tuple[int, ...]
    wanted: tuple[Wanted, ...]
    children: tuple[Node, ...]


def size(node: Node) -> int:
    """How many tokens a node and all nodes below it hold."""
    return len(node.ids) + sum(map(size, node.children))


def can_share(model: Any) -> bool:
    """Whether keys and values can be kept and reused for several rows, at positions that we choose."""
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    takes = inspect.signature(model.forward).parameters
    if not {"past_key_values", "position_ids", "attention_mask"} <= takes.keys():
        return False
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)


@dataclass
class _Row:
    ids: tuple[int, ...]
    wanted: list[Wanted] = field(default_factory=list)


def prefix_tree(sequences: Iterable[tuple[tuple[int, ...], list[Wanted]]], least: int) -> tuple[Node, ...]:
    """Builds nodes that together hold every sequence; stretches of at least `least` tokens are shared, and
    those of which that saves SAVED times as many.

    Others are repeated, since one more pass through the model costs more. A sequence that is the
    beginning of another is read along with it, whatever `least` is.
    """
    return tuple(_nodes(_rows(sequences), 0, 0, least))


def _rows(sequences: Iterable[tuple[tuple[int, ...], list[Wanted]]]) -> list[_Row]:
    """Sorts the sequences, merging each that is the beginning of another into that one."""
    rows: dict[tuple[int, ...], _Row] = {}
    for ids, wanted in sequences:
        rows.setdefault(ids, _Row(ids)).wanted.extend(wanted)
    ordered = sorted(rows.values(), key=lambda row: row.ids)
    kept: list[_Row] = []
    for row in reversed(ordered):  # in this order, a sequence comes right before those that begin with it
        if kept and kept[-1].ids[: len(row.ids)] == row.ids:
            kept[-1].wanted.extend(row.wanted)
        else:
            kept.append(row)
    return kept[::-1]


def _nodes(rows: list[_Row], start: int, shared: int, least: int) -> Iterator[Node]:
    """Nodes from `start` on, for rows that are known to agree up to `shared`."""
    for _, same in groupby(rows, key=lambda row: row.ids[shared]):
        group = list(same)
        end = _common(group[0].ids, group[-1].ids)
        if len(group) == 1:
            yield _node(group, start, end, ())
        elif end - start >= least or (end - start) * (len(group) - 1) >= SAVED * least:
            yield _node(group, start, end, tuple(_nodes(group, end, end, least)))
        else:
            yield from _nodes(group, start, end, least)


def _node(group: list[_Row], start: int, end: int, children: tuple[Node, ...]) -> Node:
    wanted = sorted(want for row in group for want in row.wanted if start <= want.position < end)
    return Node(start, group[0].ids[start:end], tuple(wanted), children)


def _common(first: tuple[int, ...], last: tuple[int, ...]) -> int:
    """How many tokens two sequences begin with in common; if sorted, all between them share those too."""
    pairs = enumerate(zip(first, last, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(last)))
