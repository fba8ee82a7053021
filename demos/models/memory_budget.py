"""How much memory models may use, and sizes in words."""

from __future__ import annotations

import os
import re
from pathlib import Path

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_GROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_budget() -> int:
    """Bytes from STAGE_MEMORY_BUDGET ("8GB"), otherwise half of this machine's or container's memory."""
    chosen = os.environ.get("STAGE_MEMORY_BUDGET")
    return parse_bytes(chosen) if chosen else installed_memory() // 2


def parse_bytes(text: str) -> int:
    """Parses "8GB", "1.5 gb" or "750M" into bytes, powers of ten; raises ValueError for anything else."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)B?\s*", text, re.IGNORECASE)
    if match is None:
        raise ValueError(f"'{text}' is not a size. Write it like 8GB.")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def in_words(size: int) -> str:
    """Bytes in the largest unit that keeps the number at one or more: 930000000 is "930.0 MB"."""
    for unit, factor in reversed(_UNITS.items()):
        if unit and size >= factor:
            return f"{size / factor:.1f} {unit}B"
    return f"{size} bytes"


def installed_memory(limits: tuple[str, ...] = _GROUP_LIMITS) -> int:
    """Bytes of memory: the smaller of the machine's and the container's limit (8 GB if unknown)."""
    try:
        sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (AttributeError, ValueError, OSError):
        sizes = [8 * 10**9]
    for limit in limits:
        try:
            sizes.append(int(Path(limit).read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return min(sizes)
