"""Length bucketing: texts of similar length share a batch, so that it contains little padding."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from typing import Any, TypeVar

from demos.errors import StageError
from demos.models.specs import Loaded

Item = TypeVar("Item")
Ready = TypeVar("Ready", bound=Sized)

TOKENS = 1024
"""Tokens of a batch, padding included: larger batches are no faster on a CPU and need more memory."""


def buckets(lengths: Sequence[int], budget: int, most: int | None = None) -> list[list[int]]:
    """Groups the indices of `lengths` into batches of similar length, the longest first.

    A batch of n items counts as n times its longest; it holds as many as fit into `budget`, but at least one
    and at most `most`.
    """
    batches: list[list[int]] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not room:
            batches.append([])
            room = max(1, budget // max(1, lengths[index]))
            room = min(room, most or room)
        batches[-1].append(index)
        room -= 1
    return batches


def answer_all(
    items: Sequence[Item],
    prepare: Callable[[Item], Ready],
    compute: Callable[[Sequence[Ready]], Sequence[Any]],
    budget: int = TOKENS,
) -> list[Any]:
    """Answers each item, in the order given, computing in buckets.

    `prepare(item)` returns what is computed, such as token ids; its length decides the bucket. If it raises a
    `StageError`, that is the item's answer, and no other item is affected.
    """
    answers: list[Any] = [None] * len(items)
    ready: list[tuple[int, Ready]] = []
    for place, item in enumerate(items):
        try:
            ready.append((place, prepare(item)))
        except StageError as error:
            answers[place] = error
    for batch in buckets([len(prepared) for _, prepared in ready], budget):
        computed = compute([ready[index][1] for index in batch])
        for index, answer in zip(batch, computed, strict=True):
            answers[ready[index][0]] = answer
    return answers


def one_by_one(
    compute: Callable[[Any, Any], Any],
) -> Callable[[Sequence[Any], Any], list[Any]]:
    """Runs `compute(inputs, loaded)` on many inputs in turn; a `StageError` from it is the answer."""

    def answer(inputs: Any, loaded: Loaded) -> Any:
        try:
            return compute(inputs, loaded)
        except StageError as error:
            return error

    return lambda many, loaded: [answer(inputs, loaded) for inputs in many]
