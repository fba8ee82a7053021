"""What Gradio cannot read: its own answer would be 500 and a traceback, as if it were our fault."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

log = logging.getLogger(__name__)

READERS = ("/upload", "/component_server", "/process_recording")
"""Ends of the addresses where Gradio itself takes a request's body apart."""

Answer = Callable[[Any, Any], Awaitable[Any]]


def error_answers() -> dict[Any, Answer]:
    """Handlers, by exception, for requests that Gradio does not understand.

    An exception that comes from our code is none of these, and stays a fault.
    """
    from fastapi.exceptions import RequestValidationError
    from gradio.route_utils import FnIndexInferError
    from starlette.requests import ClientDisconnect
    from starlette.responses import JSONResponse

    def refused(said: str, status: int) -> JSONResponse:
        return JSONResponse({"error": said.encode(errors="replace").decode()}, status)

    async def unknown(request: Any, error: Exception) -> JSONResponse:
        if _is_ours(error.__traceback__):
            raise error
        kind, _, name = request.url.path.rpartition("/")
        if not kind.endswith(("/run", "/api", "/call", "/v2")):
            log.info("%s was not understood (%s)", request.url.path[:200], type(error).__name__)
            return refused(f"Nothing is known of this here ({type(error).__name__}).", 404)
        said = f'There is no endpoint {name!r}. See the list under "API" at the top of the page.'
        return refused(said, 404)

    async def unlike(request: Any, error: RequestValidationError) -> JSONResponse:
        # FastAPI's own answer quotes what was sent, which may be NaN or half a character, and then fails.
        places = dict.fromkeys(".".join(map(str, one["loc"]))[:80] for one in error.errors())
        return refused(f"This is not what is asked for here: {', '.join(list(places)[:5])}.", 422)

    async def unreadable(request: Any, error: Exception) -> JSONResponse:
        path = request.url.path.rstrip("/")
        if _is_ours(error.__traceback__) or not (path.endswith(READERS) or "/call/v2/" in path):
            raise error
        log.info("%s could not be read (%s)", path[:200], type(error).__name__)
        return refused("What was sent cannot be read. Send what is described for this address.", 400)

    found: dict[Any, Answer] = {FnIndexInferError: unknown, KeyError: unknown, RequestValidationError: unlike}
    found[ClientDisconnect] = gone
    return found | dict.fromkeys((TypeError, ValueError, AssertionError, AttributeError), unreadable)


async def gone(request: Any, error: Exception) -> Any:
    """The answer to a client that left before it had sent everything: nobody reads it."""
    from starlette.responses import Response

    return Response(status_code=400)


def _is_ours(trace: TracebackType | None) -> bool:
    """Whether our code was running, not Gradio's, which our wrappers around its queue call in their turn."""
    ours = False
    while trace is not None:
        package = trace.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        ours = package == "demos" if package in ("demos", "gradio") else ours
        trace = trace.tb_next
    return ours
