"""Who may use this gallery: its own machine, or strangers too."""

from __future__ import annotations

import os
from ipaddress import ip_address


def is_public() -> bool:
    """Whether strangers may use this gallery: unless it is known to serve its own machine only."""
    return bool(os.environ.get("SPACE_ID")) or os.environ.get("STAGE_PUBLIC") != "0"


def is_loopback(host: str) -> bool:
    """Whether a server that listens on `host` can be reached from its own machine only."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
