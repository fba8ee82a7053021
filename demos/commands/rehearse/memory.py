"""How much memory this process uses."""

from __future__ import annotations

import os
from pathlib import Path


def resident_bytes() -> int:
    """Bytes in memory now; where the system does not tell, the most so far, or 0."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if os.uname().sysname == "Darwin" else most * 1024
