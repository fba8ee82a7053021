"""Which failures of loading are worth remembering, and how they are kept."""

from __future__ import annotations

import copy

from demos.errors import ModelTooLarge
from demos.models.hub_access import HubUnreachable

_PASSING = (ModelTooLarge, HubUnreachable, MemoryError, OSError)


def without_frames(error: BaseException) -> BaseException:
    """A copy that does not hold the frames, and so the half-loaded model, in which it was raised."""
    bare = copy.copy(error)
    bare.__traceback__ = bare.__context__ = bare.__cause__ = None
    return bare


def is_lasting(error: BaseException) -> bool:
    """Whether a second attempt would fail too; torch reports exhausted memory as a RuntimeError."""
    passing = not isinstance(error, Exception) or isinstance(error, _PASSING)
    return not passing and "memory" not in str(error).lower()
