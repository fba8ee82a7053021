"""The status of an answer over HTTP: whose fault it is that there is no result.

What a visitor did wrong is 4xx, "try again later" is 503, what went wrong here is 500. Gradio's own routes
say 500 of all three: here they are put right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.errors import (
    BadInput,
    Busy,
    Fault,
    ModelTooLarge,
    ModelUnavailable,
    OverBudget,
    StageError,
    Unsupported,
)
from demos.stopping import Stopped

RETRY = 5
"""Seconds after which a client that was refused for lack of room should ask again."""
STATUS: Mapping[type[Exception], int] = {
    BadInput: 400,
    ModelUnavailable: 404,
    ModelTooLarge: 422,
    Unsupported: 422,
    OverBudget: 422,
    Busy: 503,
    Fault: 500,
    StageError: 400,
    Stopped: 503,
}
"""The first class that an error is of decides."""
_NOTED = "stage.status"
"""The key of a request's scope that holds a list, to which the status is added."""


def status_of(error: BaseException | None) -> int:
    """The status of an error; what is none of ours is a fault."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def headers_of(status: int) -> dict[str, str]:
    """The headers that belong to a status."""
    return {"Retry-After": str(RETRY)} if status == 503 else {}


def note_status(request: Any, status: int) -> None:
    """Notes, for `WithStatus`, why the request (of Gradio's class, or a list of one) has no result."""
    one = request[0] if isinstance(request, list) and request else request
    scope = getattr(getattr(one, "request", None), "scope", {})
    if _NOTED in scope:
        scope[_NOTED].append(status)


class WithStatus:
    """Wraps Gradio's application so that its answers have the status that was noted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        noted: list[int] = []

        async def sent(message: Message) -> None:
            if noted and message["type"] == "http.response.start" and message["status"] == 500:
                more = [(name.encode(), value.encode()) for name, value in headers_of(noted[-1]).items()]
                headers = [*message.get("headers", []), *more]
                message = {**message, "status": noted[-1], "headers": headers}
            await send(message)

        await self.app({**scope, _NOTED: noted}, receive, sent)
