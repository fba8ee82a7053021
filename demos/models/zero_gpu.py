"""ZeroGPU: a Space that is lent a GPU for one function at a time, at the cost of its visitor's daily quota.

Its package `spaces` replaces parts of torch and must therefore be imported first. A Space without a function
that asks for the GPU ends at its start. The lent GPU is used in a forked process; what is passed to it and
what it yields is pickled.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=Callable[..., Any])

VARIABLE = "SPACES_ZERO_GPU"
_log = logging.getLogger(__name__)


def begin() -> bool:
    """Imports `spaces` if this is a ZeroGPU Space; to be called before anything imports torch.

    Returns whether the GPU can be asked for. Raises RuntimeError if torch was imported already.
    """
    if not is_zero_gpu():
        return False
    if importlib.util.find_spec("spaces") is None:
        _log.warning(
            "%s is set, but the package spaces is not installed: everything is computed here.", VARIABLE
        )
        return False
    if "torch" in sys.modules and "spaces" not in sys.modules:
        raise RuntimeError("spaces must be imported before torch.")
    importlib.import_module("spaces")
    return True


def is_zero_gpu() -> bool:
    """Whether this is a ZeroGPU Space, by the environment."""
    return os.environ.get(VARIABLE, "").lower() in ("1", "t", "true")


def can_lend() -> bool:
    """Whether a GPU can be asked for: `begin` has found one."""
    return is_zero_gpu() and "spaces" in sys.modules


def lent(seconds: Callable[..., int]) -> Callable[[T], T]:
    """Decorates a function that is to run on a lent GPU for at most `seconds(*its arguments)`; elsewhere the
    function stays as it is."""
    if not can_lend():
        return lambda function: function
    return sys.modules["spaces"].GPU(duration=seconds)
