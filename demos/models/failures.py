"""Which loading failures are worth remembering, and how they are kept."""

from __future__ import annotations

import copy

from demos.errors import ModelTooLarge
from demos.models.hub_access import HubUnreachable

_PASSING = (ModelTooLarge, HubUnreachable, OSError)


def without_frames(error: BaseException) -> BaseException:
    """Returns a copy without the frames of the error, which would keep the half-loaded model alive."""
    bare = copy.copy(error)
    bare.__traceback__ = bare.__context__ = bare.__cause__ = None
    return bare


def is_lasting(error: BaseException) -> bool:
    """Whether another attempt would fail too."""
    return isinstance(error, Exception) and not isinstance(error, _PASSING)
