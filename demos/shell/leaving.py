"""Ends the work of those who have left: each request's work has a ticket, which is stopped once nobody waits
for its answer. What is being computed ends before a model's next layer, or a loop's next round."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request

from demos.stopping import STOPPED, working_on

LOOK = 0.25
"""Seconds between two looks whether a client is still there."""


@asynccontextmanager
async def while_waited_for(request: Any, event: str | None = None) -> AsyncIterator[None]:
    """Ties the work of the block to `event`, if it is one of a queue, which knows who listens for it (see
    `patient_queue.py`); else to the connection of a request whose body was read; else to nothing."""
    if event or not isinstance(request, Request):
        with working_on(event or ""):
            yield
        return
    ticket = secrets.token_hex(16)

    async def watch() -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(LOOK)
        STOPPED.add(ticket)

    watching = asyncio.create_task(watch())
    try:
        with working_on(ticket):
            yield
    finally:
        watching.cancel()
