"""Who asks, and whether they ask more than their share of a gallery that strangers use.

Only what is computed counts: an answer that is remembered, or a page, costs nothing; and what one press of a
button sets off counts once, however much it is, but for what a drawing asks for afterwards. Two bounds, since
a visitor can open many pages, and a class may come from one address.
"""

from __future__ import annotations

import math
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from demos.errors import Busy
from demos.places import Visitor
from demos.public import chosen_bound, is_loopback, is_public
from demos.rate import Rate

RATE = 60
"""Computations that one page may begin in a minute, and at once after a pause; STAGE_RATE says otherwise."""
PAGES = 10
"""How many times as much one address may begin: a class in one room has one address."""
REMEMBERED = 1_000


def rate_per_minute() -> int:
    """Computations for each open page in a minute, 0 for no bound; raises BadInput for anything else.

    Set by STAGE_RATE; by default `RATE` where strangers may use the gallery, else no bound.
    """
    return chosen_bound("STAGE_RATE", own=0, public=RATE)


def admission() -> Callable[[], object]:
    """What the runner asks before it computes, by the environment; raises BadInput if STAGE_RATE is wrong."""
    rate = rate_per_minute()
    return Visitors(rate) if rate else lambda: None


def visitor() -> Visitor | None:
    """Who asks in this thread; None where no strangers may, or nobody asks."""
    from gradio.context import LocalContext

    request = LocalContext.request.get(None)
    return None if request is None else visitor_of(request, page_of(request))


def visitor_of(request: Any, page: str | None) -> Visitor | None:
    """Who sent a request; a client without a page is its address. None where no strangers may ask."""
    if not is_public():
        return None
    address = address_of(request)
    return Visitor(page or address, address)


class Visitors:
    """Admits the computations of each page and each address up to a rate."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pages = Rate(per_minute, per_minute, clock)
        self._addresses = Rate(PAGES * per_minute, PAGES * per_minute, clock)
        self._admitted: OrderedDict[str, None] = OrderedDict()

    def __call__(self) -> None:
        """Counts a computation of whom this thread answers; raises `Busy` if there were too many."""
        from gradio.context import LocalContext

        request, event = LocalContext.request.get(None), LocalContext.event_id.get(None)
        if request is None or event in self._admitted:
            return
        address = address_of(request)
        wait = self._addresses.take(address) or self._pages.take(page_of(request) or address)
        if wait:
            raise Busy(
                "You ask faster than this gallery, which is shared, can answer everybody.",
                f"Go on in {math.ceil(wait)} s. What was asked before is answered at once.",
            )
        if event is not None:
            self._admitted[event] = None
            while len(self._admitted) > REMEMBERED:
                self._admitted.popitem(last=False)


def page_of(request: Any) -> str | None:
    """The open page that asks. The calls of drawings come as the server's own requests, which name none."""
    return getattr(request, "session_hash", None)


def address_of(request: Any) -> str:
    """The visitor's address. A Space's proxy names it first in a header; elsewhere such a header could be
    anybody's invention, and the server itself reads it from proxies that it trusts."""
    if os.environ.get("SPACE_ID"):
        named = dict(request.headers).get("x-forwarded-for", "").partition(",")[0].strip()
        if named:
            return named
    address = str(getattr(request.client, "host", ""))
    # For whoever calls a tool the server asks itself.
    is_tool = is_loopback(address) and dict(request.headers).get("x-gradio-user") == "mcp"
    return "mcp" if is_tool else address
