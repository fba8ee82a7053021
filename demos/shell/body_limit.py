"""Limits for what a request may carry and how long that may take: more is refused before it is read."""

from __future__ import annotations

import anyio
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.shell import slow_clients

MAX_BODY = 12 * 2**20
"""Bytes of a request's body: a file of 10 MB and what a form needs around it."""
PROBLEM, REMEDY = f"The body is over {MAX_BODY // 2**20} MB.", "Send less at once."


class BodyLimit:
    """Refuses a request at once whose header announces more than `MAX_BODY` bytes; whoever reads a body that
    turns out to be longer, or comes too slowly, gets an `HTTPException`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if announced(scope) > MAX_BODY:
            answer = JSONResponse(
                {"error": {"problem": PROBLEM, "remedy": REMEDY}}, 413, {"Connection": "close"}
            )
            return await answer(scope, receive, send)
        read, whole, begun = 0, False, anyio.current_time()

        async def counted() -> Message:
            nonlocal read, whole
            if whole:  # what comes now is the client's end
                return await receive()
            until = begun + slow_clients.BODY + read / slow_clients.SLOWEST
            with anyio.CancelScope(deadline=until) as waiting:
                message = await receive()
            if waiting.cancelled_caught:
                raise HTTPException(408, slow_clients.SAID)
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > MAX_BODY:
                raise HTTPException(413, f"{PROBLEM} {REMEDY}")
            return message

        await self.app(scope, counted, send)


def announced(scope: Scope) -> int:
    """The length that a request's header announces, 0 if it does not."""
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length[:20]) if length.isdigit() else 0
