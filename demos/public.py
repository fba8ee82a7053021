"""Who may use this gallery: only its own machine, or strangers too."""

from __future__ import annotations

import os
from ipaddress import ip_address


def is_public() -> bool:
    """Whether strangers may use this gallery: true unless it is known to serve only its own machine."""
    return bool(os.environ.get("SPACE_ID")) or os.environ.get("STAGE_PUBLIC") != "0"


def is_loopback(host: str) -> bool:
    """Whether a server that listens on `host` can be reached only from its own machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
