"""Errors that a visitor can act on: one sentence says what is wrong, one what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

MAX_CHARACTERS = 1_000
"""Characters of what an error says: it may quote a whole file."""


class StageError(Exception):
    """Base of every error that is shown to a visitor.

    `problem` says what is wrong and `remedy` what to do about it; both are plain text, and the code that
    shows them escapes them. Of what is too long to be read, the middle is left out.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem, self.remedy = _readable(problem), _readable(remedy)
        super().__init__(f"{self.problem} {self.remedy}".strip())


class BadInput(StageError):
    """What the visitor typed or chose cannot be computed."""


class ModelUnavailable(StageError):
    """The checkpoint is not in the catalog, not on disk and not reachable."""


class ModelTooLarge(StageError):
    """The checkpoint does not fit into the memory budget."""


class Busy(StageError):
    """Too much is asked at once."""


class OverBudget(StageError):
    """One computation takes more seconds, or reads more tokens, than it may."""


class Unsupported(StageError):
    """This architecture does not offer what the demo needs."""


class Fault(StageError):
    """Nothing that a visitor did: the log has what happened, under the number in the problem."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, which each library says in its own way."""
    said = str(error).lower()
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    return any(words in said for words in ("allocate memory", "out of memory", "bad_alloc", "new thread"))


def refused(error: StageError) -> dict[str, Any]:
    """An error as plain data, for `refusal`: its class's name and its attributes."""
    return {"refused": type(error).__name__, "facts": vars(error)}


def refusal(plain: Any) -> StageError | None:
    """The error that `refused` wrote, or None for anything else.

    Its class is defined beside the endpoint that raises it, so it is known wherever that endpoint is.
    """
    if not isinstance(plain, Mapping) or plain.keys() != {"refused", "facts"}:
        return None
    kinds = [StageError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    kind = next(kind for kind in kinds if kind.__name__ == plain["refused"])
    error = kind.__new__(kind)
    vars(error).update(plain["facts"])
    error.args = (f"{error.problem} {error.remedy}".strip(),)
    return error


def _readable(text: str) -> str:
    half = MAX_CHARACTERS // 2
    return text if len(text) <= MAX_CHARACTERS else f"{text[:half]} … {text[-half:]}"
