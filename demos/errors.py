"""Errors that a visitor can act on: one sentence says what is wrong, one what to do about it."""

from __future__ import annotations


class StageError(Exception):
    """Base of every error that is shown to a visitor.

    `problem` says what is wrong and `remedy` what to do about it; both are plain text, and the code that
    shows them escapes them.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class BadInput(StageError):
    """What the visitor typed or chose cannot be computed."""


class ModelUnavailable(StageError):
    """The checkpoint is not in the catalog, not on disk and not reachable."""


class ModelTooLarge(StageError):
    """The checkpoint does not fit into the memory budget."""


class Busy(StageError):
    """Too much is asked at once."""


class Unsupported(StageError):
    """This architecture does not offer what the demo needs."""


class Fault(StageError):
    """Nothing that a visitor did: the log has what happened, under the number in the problem."""
