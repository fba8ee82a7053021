"""Fits a prompt into the model's window by dropping whole shots, and says which ones."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.errors import BadInput
from demos.nlp.prompt import Prompt, Style, render, tokens
from demos.nlp.prompt_task import Row, Task


@dataclass(frozen=True)
class Fitted:
    """A prompt that fits, the shots in it, and the indices of those that were dropped."""

    prompt: Prompt
    shots: tuple[Row, ...]
    dropped: tuple[int, ...]

    @property
    def notice(self) -> str:
        """A sentence that names the dropped shots, counted from 1; empty if there are none."""
        if not self.dropped:
            return ""
        names = ", ".join(str(index + 1) for index in self.dropped)
        return f"Dropped to fit into the window: shot{'s' if len(self.dropped) > 1 else ''} {names}."


def fit(
    tokenizer: Any,
    task: Task,
    shots: Sequence[Row],
    query: Row,
    window: int,
    reserve: int,
    style: Style = "plain",
) -> Fitted:
    """Renders with as many of the last shots as possible while `reserve` of the `window` tokens stay free.

    Drops whole shots, starting with the first. Raises BadInput if the query does not fit even alone.
    """

    def length(first: int) -> int:
        prompt = render(task, shots[first:], query, style, tokenizer)
        return len(tokens(tokenizer, prompt.text)["input_ids"])

    first = 0
    if length(0) + reserve > window:
        # Fewer shots make a shorter prompt, so bisection finds how many to drop.
        first = bisect_left(range(len(shots)), True, key=lambda i: length(i) + reserve <= window)
    if first == len(shots) and (alone := length(first)) + reserve > window:
        raise BadInput(
            f"Even without shots the prompt has {alone:,} tokens; with {reserve:,} kept for the answer that "
            f"is more than the model's {window:,}.",
            "Shorten the query or the instruction.",
        )
    prompt = render(task, shots[first:], query, style, tokenizer)
    return Fitted(prompt, tuple(shots[first:]), tuple(range(first)))
