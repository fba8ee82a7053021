"""Events whose answers may come from recordings: those of examples, and what follows them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from demos.recordings import Replay, current_replay, replaying


def mark_example(event: Any) -> None:
    """Marks an event as an example's own, or as one that follows it."""
    event.stage_example = True


def is_example(event: Any) -> bool:
    """Whether an event is an example's, so that its answer may be a recorded one."""
    return getattr(event, "stage_example", False)


def from_recordings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps `function` so that what it asks is answered from recordings where they hold it."""

    @functools.wraps(function)
    def answer(*values: Any) -> Any:
        with replaying(current_replay() or Replay()):
            return function(*values)

    @functools.wraps(function)
    def answers(*values: Any) -> Iterator[Any]:
        # Gradio may continue a generator in another context, so each step begins the replay anew.
        replay = current_replay() or Replay()
        with closing(function(*values)) as steps:
            while True:
                with replaying(replay):
                    try:
                        one = next(steps)
                    except StopIteration:
                        return
                yield one

    return answers if inspect.isgeneratorfunction(function) else answer
