"""Inserts markup into a page's head before it is sent, and leaves out what no browser reads.

Gradio's script inserts Gradio's own `head` after the page has loaded, so a script named there may run after
the components that need it. Markup inserted here is loaded before any of Gradio's code runs.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.shell.lean_config import lean
from demos.shell.preloads import preloads

FIRST_MODULE = b'<script type="module"'
"""Gradio's own script in its page; modules run after everything that precedes them."""


def with_head(app: ASGIApp, markup: str) -> ASGIApp:
    """Puts `markup` into the head of an application's HTML pages; other responses pass unchanged."""
    return GZipMiddleware(Inserting(app, markup.encode()))


class Inserting:
    """Inserts markup before Gradio's own script. Holds pages until they are complete, since their length
    changes; the application must not compress them."""

    def __init__(self, app: ASGIApp, markup: bytes) -> None:
        self._app, self._markup = app, markup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        body = bytearray()

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    shows_api = b"view=api" in scope.get("query_string", b"")
                    await self._send_whole(start, self._changed(bytes(body), shows_api), send)

        headers = [pair for pair in scope.get("headers", ()) if pair[0].lower() != b"accept-encoding"]
        await self._app({**scope, "headers": headers}, receive, sent)

    def _changed(self, page: bytes, shows_api: bool) -> bytes:
        markup = self._markup + preloads(page)
        return lean(page.replace(FIRST_MODULE, markup + FIRST_MODULE, 1), shows_api)

    async def _send_whole(self, start: Message, page: bytes, send: Send) -> None:
        kept = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
        await send({**start, "headers": [*kept, (b"content-length", str(len(page)).encode())]})
        await send({"type": "http.response.body", "body": page})


def _is_html(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"]
    )
