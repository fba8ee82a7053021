"""Work in steps: a generator that yields after each step, and returns the result.

The caller may let others work between two steps, and cancels the work by closing the generator.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")

Steps = Generator[int, None, Result]
"""Yields how many tokens the model has read since the last step; returns a result."""


def finish(steps: Steps[Result]) -> Result:
    """Runs all steps and returns the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
