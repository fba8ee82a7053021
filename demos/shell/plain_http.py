"""The endpoints as plain HTTP: JSON in, JSON out, and a status that says whose fault it was.

    POST /api/sentiment    {"text": "A good film."}

What a visitor did wrong is 4xx, "try again later" is 503 with Retry-After, what went wrong here is 500. Each
refusal is {"error": {"problem": …, "remedy": …}}. Gradio's own routes stay.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demos.contract import Arrays, Endpoint, Run
from demos.errors import BadInput, Busy, StageError
from demos.shell import slow_clients
from demos.shell.api import answered, asked
from demos.shell.body_limit import PROBLEM, REMEDY, BodyLimit
from demos.shell.leaving import while_waited_for
from demos.shell.openapi import described_endpoints
from demos.shell.statuses import headers_of, status_of
from demos.shell.unreadable import gone
from demos.stopping import Stopped
from demos.ui.page import STOPPED_BEFORE

log = logging.getLogger(__name__)

PREFIX = "/api/"
AT_ONCE = 16
"""Requests that are answered side by side, and as many that stream: texts and searches take long, and quick
answers must not wait for them. The runner refuses what is more than it can hold."""
WAITING = 32
"""Requests that may wait for one of those: who comes later is told at once to come back."""


def plain_http(endpoints: Mapping[str, Endpoint], run: Run) -> Starlette:
    """The application below `PREFIX` for endpoints by name."""
    quick, long = anyio.CapacityLimiter(AT_ONCE), anyio.CapacityLimiter(AT_ONCE)

    async def answer(request: Request) -> JSONResponse:
        endpoint = endpoints.get(request.path_params["name"])
        if endpoint is None:
            listed = ", ".join(endpoints)
            return _error(404, "There is no endpoint of this name.", f"There are: {listed}.")
        places = long if endpoint.streams else quick
        try:
            _refuse_a_crowd(places)
            body = await request.body()
            # Reading and writing JSON of megabytes would hold up everybody in the server's own thread.
            question = await anyio.to_thread.run_sync(lambda: asked(endpoint, _values(body)), limiter=places)
            return await _answer(endpoint, question, run, request, places)
        except StageError as error:
            return _refused(error)

    async def document(_: Request) -> JSONResponse:
        return JSONResponse(described_endpoints(endpoints.values(), PREFIX))

    return Starlette(
        routes=[
            Route(f"{PREFIX}openapi.json", document),
            Route(f"{PREFIX}{{name}}", answer, methods=["POST"]),
        ],
        middleware=[Middleware(BodyLimit)],
        exception_handlers={HTTPException: _not_served, ClientDisconnect: gone, Exception: _unforeseen},  # pyright: ignore[reportArgumentType]
    )


def _refuse_a_crowd(places: anyio.CapacityLimiter) -> None:
    """Raises `Busy` if so many wait that another one's answer would take too long."""
    if not places.available_tokens and places.statistics().tasks_waiting >= WAITING:
        raise Busy("Too many questions are waiting at this moment.", "Try again in a few seconds.")


def _values(body: bytes) -> Mapping[str, Any]:
    """The body's JSON object; raises `BadInput` for anything else."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise BadInput(
            "The body is not a JSON object.", 'Send the fields by name, such as {"text": "A good film."}.'
        )
    return values


async def _answer(
    endpoint: Endpoint,
    question: tuple[Any, Arrays],
    run: Run,
    request: Request,
    places: anyio.CapacityLimiter,
) -> JSONResponse:
    """The result, or the last one of an endpoint that streams; the work ends when its client has gone."""
    inputs, arrays = question

    def computed() -> JSONResponse:
        result = (
            deque(run.stream(endpoint, inputs), maxlen=1).pop() if endpoint.streams else run(endpoint, inputs)
        )
        return JSONResponse(answered(endpoint, inputs, result, arrays))

    async with while_waited_for(request):
        try:
            return await anyio.to_thread.run_sync(_as_visitor(request)(computed), limiter=places)
        except Stopped as stopped:  # nobody reads this
            return _error(status_of(stopped), *STOPPED_BEFORE)


def _as_visitor(request: Request) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Lets a function run as asked by this client, of whom the rate is kept."""
    import gradio as gr
    from gradio.context import LocalContext

    def identified(function: Callable[[], Any]) -> Callable[[], Any]:
        def asking() -> Any:
            LocalContext.request.set(gr.Request(request))
            return function()

        return asking

    return identified


def _refused(error: StageError) -> JSONResponse:
    status = status_of(error)
    return _error(status, error.problem, error.remedy, headers_of(status))


def _error(status: int, problem: str, remedy: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    # Half of a surrogate pair, which a problem may quote, cannot be sent.
    said = [text.encode(errors="replace").decode() for text in (problem, remedy)]
    return JSONResponse({"error": {"problem": said[0], "remedy": said[1]}}, status, headers)


async def _not_served(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 405:
        return _error(405, "An endpoint is asked by POST.", "Send a JSON object.", {"Allow": "POST"})
    if error.status_code == 413:
        return _error(413, PROBLEM, REMEDY)
    if error.status_code == 408:
        return _error(408, slow_clients.PROBLEM, slow_clients.REMEDY, {"Connection": "close"})
    return _error(error.status_code, "Nothing is here.", f"See {PREFIX}openapi.json.")


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    number = secrets.token_hex(3)
    log.error("%s failed: number %s", request.url.path, number, exc_info=error)
    problem = f"Something went wrong ({type(error).__name__}, number {number})."
    return _error(500, problem, "Report it with what the log says of this number.")
