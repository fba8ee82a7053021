"""Who may use this gallery: only its own machine, or strangers too."""

from __future__ import annotations

import os
from ipaddress import ip_address

from demos.errors import BadInput


def is_public() -> bool:
    """Whether strangers may use this gallery: true unless it is known to serve only its own machine."""
    return bool(os.environ.get("SPACE_ID")) or os.environ.get("STAGE_PUBLIC") != "0"


def is_loopback(host: str) -> bool:
    """Whether an address means the machine itself: only from there a server that listens on it is reached."""
    try:
        # A socket for both kinds of addresses has the old ones behind "::ffff:".
        return host == "localhost" or ip_address(host.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


def chosen_bound(variable: str, own: int, public: int) -> int:
    """A bound that the owner chooses by an environment variable, 0 for none; else `public` where strangers
    may use the gallery, and `own` where not. Raises `BadInput` for what is no whole number."""
    chosen = os.environ.get(variable, "").strip()
    if not chosen:
        return public if is_public() else own
    if not chosen.isdecimal():
        raise BadInput(f"{variable} is {chosen!r}.", "It must be a whole number; 0 for no bound.")
    return int(chosen)
