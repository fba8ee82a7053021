"""How the C library shares out memory among threads.

glibc gives each new thread an arena of its own, up to eight for each core, and what is freed in one arena
is of no use in another. In a process that answers in many threads every arena grows to its own greatest need:
after a soak of half an hour (`benchmarks/soak.py`) there were 8 of about 60 MB each. Work takes turns here,
so that few are needed.
"""

from __future__ import annotations

import ctypes
import sys

ARENAS = 2
_M_ARENA_MAX = -8  # of glibc's malloc.h


def share_memory_among_threads() -> bool:
    """Bounds the arenas, before threads begin; returns whether this C library can do that."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, ARENAS) == 1
