"""What one computation may take, in tokens that models read for it and in seconds.

It is looked at, as is whether anybody still waits and who else would compute, before each layer of a model
that reads a batch (`demos/models/metered.py`), and where another loop calls `spend()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from demos.errors import OverBudget
from demos.held_turn import clock, give_way
from demos.public import chosen_bound
from demos.stopping import Stopped

SECONDS, TOKENS = "STAGE_SECONDS", "STAGE_TOKENS"
OWN_SECONDS, PUBLIC_SECONDS = 3600, 600
OWN_TOKENS, PUBLIC_TOKENS = 1_000_000_000, 10_000_000


@dataclass(frozen=True)
class Bounds:
    """The most that one computation may take, 0 for any. Seconds are those in which it computes: waiting for
    a turn, or for files, is not counted. Tokens are those that models read, padding included."""

    seconds: int = 0
    tokens: int = 0


UNBOUNDED = Bounds()


def bounds() -> Bounds:
    """By the environment; raises `BadInput` for what is no whole number."""
    return Bounds(
        chosen_bound(SECONDS, OWN_SECONDS, PUBLIC_SECONDS), chosen_bound(TOKENS, OWN_TOKENS, PUBLIC_TOKENS)
    )


class Budget:
    """What one computation has used of its bounds. `left()` says whether whoever asked has gone."""

    def __init__(
        self,
        most: Bounds,
        left: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = clock,
    ) -> None:
        self.most, self.tokens = most, 0
        self._left, self._clock = left, clock
        self._before, self._since = 0.0, None  # seconds of earlier steps, and when this one began

    @property
    def seconds(self) -> float:
        """Seconds that were computed so far."""
        return self._before + (self._clock() - self._since if self._since is not None else 0.0)

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Counts the seconds of the block, and the tokens that models read in it."""
        self.spend()
        before, self._since = _current.set(self), self._clock()
        try:
            yield
        finally:
            self._before, self._since = self.seconds, None
            _current.reset(before)

    def spend(self, tokens: int = 0) -> None:
        """Counts tokens that are about to be read; raises `Stopped` or `OverBudget` if they shall not be."""
        if self._left():
            raise Stopped
        self.tokens += tokens
        if self.most.tokens and self.tokens > self.most.tokens:
            raise OverBudget(f"Models would read more than {self.most.tokens:,} tokens for this.", REMEDY)
        if self.most.seconds and self.seconds > self.most.seconds:
            raise OverBudget(f"This takes more than {self.most.seconds:,} seconds here.", REMEDY)


REMEDY = (
    "Shorten what is asked, ask for less at once, choose a smaller model, or run the gallery on your own "
    "machine, where you set the bound."
)
_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


def spend(tokens: int = 0) -> None:
    """Counts tokens of the computation that this thread works on, if any, looks whether it may go on (see
    `Budget.spend`), and lets others compute who come first.

    So whoever calls it holds no lock that they could need (`demos.held_turn.holding` takes one that they
    may), and has changed no model that they may share.
    """
    if budget := _current.get():
        budget.spend(tokens)
    give_way()


def seconds_left() -> float:
    """Seconds that the computation may still take; infinity if there is no bound."""
    budget = _current.get()
    if budget is None or not budget.most.seconds:
        return float("inf")
    return max(0.0, budget.most.seconds - budget.seconds)


def tokens_left() -> float:
    """Tokens that models may still read for the computation; infinity if there is no bound."""
    budget = _current.get()
    if budget is None or not budget.most.tokens:
        return float("inf")
    return max(0, budget.most.tokens - budget.tokens)
