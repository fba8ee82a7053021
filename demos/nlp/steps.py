"""Work in steps: a generator that yields after every piece of it, and returns what came out.

Who drives it may let others have their turn between two steps, and ends the work by closing it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")

Steps = Generator[int, None, Result]
"""Yields how many tokens the model has read since the last step; returns a result."""


def finish(steps: Steps[Result]) -> Result:
    """The result, when all steps were made without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
