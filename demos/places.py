"""How many computations may run or wait at once, and how many of them may be one visitor's."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from demos.errors import Busy
from demos.public import is_loopback

SHARE = 4
"""One visitor may hold a quarter of the places."""


class Visitor(NamedTuple):
    """Who asks: an open page, or a client without one, which is its address; and the address."""

    page: str
    address: str


def is_own(visitor: Visitor | None) -> bool:
    """Whether a visitor sits at the gallery's own machine. On a Space a proxy asks for everybody."""
    return visitor is not None and is_loopback(visitor.address) and not os.environ.get("SPACE_ID")


def has_its_share(visitor: Visitor, holders: Sequence[Visitor], number: int) -> bool:
    """Whether a visitor holds as many of `number` places as one may.

    A page holds a quarter, also while nobody else asks: a computation that has begun cannot make room for a
    visitor who comes later. So does an address, since one visitor can open many pages; but a class in one
    room has one address, so one that is alone here may hold more, and leaves a quarter to whoever comes.
    """
    quarter = max(1, number // SHARE)
    pages = sum(holder.page == visitor.page for holder in holders)
    addresses = sum(holder.address == visitor.address for holder in holders)
    is_alone = addresses == len(holders)
    return pages >= quarter or addresses >= (max(quarter, number - quarter) if is_alone else quarter)


class Places:
    """A number of places, which fill up; nobody waits for one."""

    def __init__(self, number: int) -> None:
        self.free = self._number = number
        self._holders: list[Visitor] = []
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, visitor: Visitor | None = None) -> Iterator[None]:
        """Holds a place; `visitor` is who asks, None where all are one. Raises `Busy` if there is none."""
        with self._lock:
            if not self.free:
                raise Busy(
                    "Too many questions are being answered at this moment.", "Try again in a few seconds."
                )
            if visitor:
                if has_its_share(visitor, self._holders, self._number):
                    raise Busy(
                        "You have your share of questions here that are not answered yet.",
                        "Wait for one of them: others ask here, too.",
                    )
                self._holders.append(visitor)
            self.free -= 1
        try:
            yield
        finally:
            with self._lock:
                self.free += 1
                if visitor:
                    self._holders.remove(visitor)
