"""One site of many Gradio applications: builds and mounts each demo's when it is first requested.

All demos in one `Blocks` would make every start and every session pay for everyone's components, and Gradio's
`route` costs the square of their number. So the application that `launch()` serves has home and the API, and
this module wraps it: it serves the pages below, files with a hash in their address, and old links.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import anyio.to_thread
import fastapi
import gradio as gr
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.shell.hosts import Guard
from demos.shell.static import PREFIX, STATIC

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


def around(
    hosts: Iterable[str],
    pages: Mapping[str, Callable[[], gr.Blocks]],
    options: Callable[[str], Mapping[str, Any]],
    moved: Callable[[str, QueryParams], str | None],
) -> Lifespan:
    """A lifespan for the root application that wraps the pages and the guard around all of it.

    pages: how to build each page, by its address; options: the arguments of `mount_gradio_app` for an
    address; moved: the current address of an old one, relative to home, or None.
    """

    @asynccontextmanager
    async def running(app: Any) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            # Gradio wraps its own middleware, which allows foreign origins, around any that it is given.
            site = Pages(app.middleware_stack, pages, options, moved, stack)
            app.middleware_stack = Guard(site, hosts)
            yield

    return running


class Pages:
    """Serves the pages below home, and leaves everything else to home's application."""

    def __init__(
        self,
        home: ASGIApp,
        pages: Mapping[str, Callable[[], gr.Blocks]],
        options: Callable[[str], Mapping[str, Any]],
        moved: Callable[[str, QueryParams], str | None],
        stack: AsyncExitStack,
    ) -> None:
        self._home, self._pages, self._options, self._moved = home, pages, options, moved
        self._stack = stack
        self._mounted: dict[str, ASGIApp] = {}
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._home(scope, receive, send)
        path = scope["path"]
        if path.startswith(PREFIX):
            return await STATIC(scope, receive, send)
        slug, slash, below = path.lstrip("/").partition("/")
        if scope["type"] == "http" and not below:
            address = self._moved(slug, Request(scope).query_params)
            if address is None and slash and slug in self._pages:
                address = _with_query(slug, scope)  # relative links assume pages without a slash at the end
            if address is not None:
                back = "../" if slash else "./"
                return await RedirectResponse(back + address, 307)(scope, receive, send)
        if slug not in self._pages:
            return await self._home(scope, receive, send)
        page = await self._page(slug)
        whole = {**scope, "path": f"/{slug}/{below}", "raw_path": f"/{slug}/{below}".encode()}
        await page(whole, receive, send)

    async def _page(self, slug: str) -> ASGIApp:
        """The application of one page; the first request waits until it is built."""
        if slug not in self._mounted:
            async with self._building:
                if slug not in self._mounted:
                    mounted = await anyio.to_thread.run_sync(self._mount, slug)
                    # The page's own startup: its queue, and the task that deletes old files.
                    await self._stack.enter_async_context(mounted.router.lifespan_context(mounted))
                    self._mounted[slug] = mounted
        return self._mounted[slug]

    def _mount(self, slug: str) -> fastapi.FastAPI:
        outer = fastapi.FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        root = os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/")
        more: dict[str, Any] = {"root_path": f"{root}/{slug}"} if root else {}
        return gr.mount_gradio_app(outer, self._pages[slug](), path=f"/{slug}", **self._options(slug), **more)


def _with_query(address: str, scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{address}?{query}" if query else address
