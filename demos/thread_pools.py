"""Lets go of the threads that helped with a computation, once it is over.

GNU OpenMP, with which PyTorch computes on Linux, gives each thread that calls it helpers of its own and
keeps them until the thread ends. As soon as all of them together are more than there are processors, those
that wait for the next parallel product no longer wait actively but sleep, and each product has to wake them:
on two cores, prompts were scored in 1.4 times the time once a second thread had ever computed. A web server
answers in dozens of threads that do not end.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

_SOFT = 1  # omp_pause_soft, OpenMP 5.0, section 3.2.44: settings are kept
_MAPS = Path("/proc/self/maps")


def release_helpers() -> bool:
    """Ends the helpers of the calling thread, which may have new ones later; returns whether an OpenMP is
    loaded that can do that. It takes a millisecond where there are any."""
    if "torch._C" not in sys.modules:  # with which its OpenMP is loaded
        return False
    return any([pause(_SOFT) == 0 for pause in _pauses()])


@cache
def _pauses() -> tuple[Callable[[int], int], ...]:
    """The function of each GNU OpenMP that is loaded: packages bring copies of their own. Any other OpenMP
    keeps its threads for whoever comes next."""
    lines = list[str]()
    with suppress(OSError):  # no Linux, or a process that may not read its own
        lines = _MAPS.read_text().splitlines()
    paths = sorted({line.split(maxsplit=5)[-1] for line in lines if "libgomp" in line})
    found = []
    for path in paths:
        with suppress(OSError, AttributeError):  # replaced under the running process; older than OpenMP 5
            found.append(ctypes.CDLL(path).omp_pause_resource_all)
    return tuple(found)
