"""Work in steps: a generator that yields after each step, and returns the result.

The caller may let others work between two steps, and cancels the work by closing the generator.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from demos.held_turn import aside
from demos.stream import Waiting

Result = TypeVar("Result")

Steps = Generator[int | Waiting, None, Result]
"""Yields how many tokens the model has read since the last step, or that another computes what comes next;
returns a result."""


def finish(steps: Steps[Result]) -> Result:
    """Runs all steps and returns the result."""
    while True:
        try:
            if isinstance(step := next(steps), Waiting):
                aside(step.there.wait)
        except StopIteration as end:
            return end.value
