"""Which texts share a batch, and how much padding that costs: arithmetic of lengths, exactly counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

WAYS = ("in order", "sorted", "by bucket")


@dataclass(frozen=True)
class Layout:
    """One way of batching. batches: the indices of the texts in the order in which they are computed; cells:
    what the model computes, each text as long as the longest of its batch, in tokens; wasted: how many of
    these are padding; moved: texts that come out at another place than they went in."""

    way: str
    batches: tuple[tuple[int, ...], ...]
    cells: int
    wasted: int
    moved: int


def layouts(lengths: Sequence[int], batch: int, buckets: int) -> tuple[Layout, ...]:
    """The three ways for texts of these lengths (tokens), in the order of WAYS.

    In order: as they come. Sorted: the longest first, as this gallery does it, since then the first batch
    tells whether the memory suffices. By bucket: a text goes into the bucket of its range of length, and a
    bucket gives a batch whenever it holds `batch` texts, the rest at the end (Khomenko et al. 2016,
    arXiv:1708.05604). The ranges hold about the same number of texts each.
    """
    order = range(len(lengths))
    ranked = sorted(order, key=lambda text: -lengths[text])
    return (
        _layout("in order", _cut(order, batch), lengths),
        _layout("sorted", _cut(ranked, batch), lengths),
        _layout("by bucket", _by_bucket(lengths, batch, buckets), lengths),
    )


def bounds(lengths: Sequence[int], buckets: int) -> list[int]:
    """The longest length of each bucket, rising; there are fewer where many lengths are equal."""
    ranked = sorted(lengths)
    return sorted({ranked[ceil(part * len(ranked) / buckets) - 1] for part in range(1, buckets + 1)})


def _by_bucket(lengths: Sequence[int], batch: int, buckets: int) -> list[tuple[int, ...]]:
    ends = bounds(lengths, min(buckets, len(lengths)))
    open_batches: list[list[int]] = [[] for _ in ends]
    done: list[tuple[int, ...]] = []
    for text, length in enumerate(lengths):
        bucket = next(number for number, end in enumerate(ends) if length <= end)
        open_batches[bucket].append(text)
        if len(open_batches[bucket]) == batch:
            done.append(tuple(open_batches[bucket]))
            open_batches[bucket] = []
    return done + [tuple(rest) for rest in open_batches if rest]


def _cut(order: Iterable[int], size: int) -> list[tuple[int, ...]]:
    texts = list(order)
    return [tuple(texts[begin : begin + size]) for begin in range(0, len(texts), size)]


def _layout(way: str, batches: Sequence[tuple[int, ...]], lengths: Sequence[int]) -> Layout:
    cells = sum(len(batch) * max(lengths[text] for text in batch) for batch in batches)
    computed = [text for batch in batches for text in batch]
    moved = sum(place != text for place, text in enumerate(computed))
    return Layout(way, tuple(batches), cells, cells - sum(lengths), moved)
