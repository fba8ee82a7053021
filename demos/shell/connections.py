"""How many connections one address may hold open at a time."""

from __future__ import annotations

import os
from collections import Counter

from demos.public import chosen_bound, is_loopback

VARIABLE = "STAGE_CONNECTIONS"
MOST = 256
"""By default, where strangers may ask: a browser holds up to six, and a class may share one address."""


class Connections:
    """Open connections by address.

    Those from this machine are not counted, nor those to a Space: there a proxy asks for everybody.
    """

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Counts one more, and says whether it may be: if not, it is not counted."""
        most = bound()
        if most and self._counts(address) and self._open[address] >= most:
            return False
        self._open[address] += 1
        return True

    def give(self, address: str) -> None:
        """One that was counted is closed."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]

    @staticmethod
    def _counts(address: str) -> bool:
        return bool(address) and not is_loopback(address) and not os.environ.get("SPACE_ID")


def bound() -> int:
    """Connections of one address, 0 for any number. Raises `BadInput` if the variable is no whole number."""
    return chosen_bound(VARIABLE, 0, MOST)
