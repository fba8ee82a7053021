"""One site of many Gradio applications: builds and mounts each demo's when it is first requested.

All demos in one `Blocks` would make every start and every session pay for everyone's components, and Gradio's
`route` costs the square of their number. So the application that `launch()` serves has home and the API, and
this module wraps it: it serves the pages below, files with a hash in their address, and old links.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import anyio.to_thread
import fastapi
import gradio as gr
from gradio.routes import App
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.shell.body_limit import BodyLimit
from demos.shell.cancelling import cancel_by_stopping
from demos.shell.head import with_head
from demos.shell.hosts import Guard
from demos.shell.not_found import UNDER_ROOT, unavailable
from demos.shell.sessions import keep_little
from demos.shell.static import PREFIX, STATIC
from demos.shell.statuses import WithStatus
from demos.shell.uploads import UploadQuota

log = logging.getLogger(__name__)

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]

RETRY = 10.0
"""Seconds after which a page that could not be built is tried again."""

# Gradio keeps the Blocks that is being laid out in globals of the process.
_building = threading.Lock()


@dataclass(frozen=True)
class Site:
    """The pages below home.

    pages: how to build each page, by its address; options: the arguments of `mount_gradio_app` for an
    address; head: the markup in the head of its page, "" for home's; moved: the current address of an old
    one, relative to home, or None; others: applications by how the paths begin that they serve.
    """

    pages: Mapping[str, Callable[[], gr.Blocks]]
    options: Callable[[str], Mapping[str, Any]]
    head: Callable[[str], str]
    moved: Callable[[str, QueryParams], str | None]
    others: Mapping[str, ASGIApp]


def around(hosts: Iterable[str], site: Site) -> Lifespan:
    """A lifespan for home's application that wraps the pages and the guard around all of it."""

    @asynccontextmanager
    async def running(app: App) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            keep_little(app)
            cancel_by_stopping(app)
            # Gradio wraps its own middleware, which allows foreign origins, around any that it is given.
            home = app.middleware_stack
            assert home is not None
            pages = WithStatus(Pages(home, site, app.stop_event, stack))
            app.middleware_stack = Guard(BodyLimit(UploadQuota(pages)), hosts)
            yield

    return running


class Pages:
    """Serves the pages below home, and leaves everything else to home's application."""

    def __init__(self, home: ASGIApp, site: Site, stop_event: asyncio.Event, stack: AsyncExitStack) -> None:
        self._home, self._site, self._stop_event, self._stack = home, site, stop_event, stack
        self._first_page = with_head(home, site.head(""))
        self._built: dict[str, App] = {}
        self._with_head: dict[str, ASGIApp] = {}
        self._failed: dict[str, float] = {}  # when a page could not be built, in monotonic seconds
        self._first = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._home(scope, receive, send)
        scope = _printable(scope)
        path = _below_root(scope)
        if path.startswith(PREFIX):
            return await STATIC({**scope, "path": path}, receive, send)
        for prefix, other in self._site.others.items():
            if path.startswith(prefix):
                return await other({**scope, "path": path, "root_path": ""}, receive, send)
        slug, slash, below = path.lstrip("/").partition("/")
        if scope["type"] == "http" and not below:
            query = scope.get("query_string", b"").decode("latin-1")
            address = self._site.moved(slug, QueryParams(query))
            if address is None and slash and slug in self._site.pages:
                # Relative links assume pages without a slash at the end.
                address = f"{slug}?{query}" if query else slug
            if address is not None:
                back = "../" if slash else "./"
                return await RedirectResponse(back + address, 307)(scope, receive, send)
        if slug not in self._site.pages:
            home = self._home if slug else self._first_page
            return await home({**scope, UNDER_ROOT: path}, receive, send)
        try:
            page = await self._page(slug)
        except Exception as error:
            return await unavailable(slug, error, path)(scope, receive, send)
        answer = page if below else self._with_head[slug]
        await answer(_of_page(scope, page, slug, below) | {UNDER_ROOT: path}, receive, send)

    async def _page(self, slug: str) -> App:
        """The application of one page; the first request waits until it is built."""
        if slug not in self._built:
            async with self._first:
                if slug not in self._built:
                    if time.monotonic() - self._failed.get(slug, -RETRY) < RETRY:
                        raise RuntimeError("It could not be laid out a moment ago.")
                    try:
                        self._built[slug] = await self._build(slug)
                    except Exception:
                        self._failed[slug] = time.monotonic()
                        log.exception("/%s could not be built", slug)
                        raise
        return self._built[slug]

    async def _build(self, slug: str) -> App:
        mounted = await anyio.to_thread.run_sync(self._mount, slug)
        # The page's own startup: its queue, and the task that deletes old files.
        await self._stack.enter_async_context(mounted.router.lifespan_context(mounted))
        page: App = mounted.routes[-1].app  # type: ignore[attr-defined]  # the mount that was just made
        keep_little(page)
        cancel_by_stopping(page)
        page.stop_event = self._stop_event  # ends the streams of open pages when home's end
        self._with_head[slug] = with_head(page, self._site.head(slug))
        return page

    def _mount(self, slug: str) -> fastapi.FastAPI:
        outer = fastapi.FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        root = os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/")
        more: dict[str, Any] = {"root_path": f"{root}/{slug}"} if root else {}
        with _building:
            blocks = self._site.pages[slug]()
            return gr.mount_gradio_app(outer, blocks, path=f"/{slug}", **self._site.options(slug), **more)


def _printable(scope: Scope) -> Scope:
    """The scope with a question mark for each control character of its path, and of what is too long for a
    file's name only the beginning: Gradio stumbles over both, and nothing has such an address."""
    clean = "".join("?" if ord(letter) < 32 else letter for letter in scope["path"])
    parts = clean.split("/")
    path = "/".join(part if len(part.encode(errors="replace")) <= 255 else part[:60] for part in parts)
    return scope if path == scope["path"] else {**scope, "path": path, "raw_path": quote(path).encode()}


def _below_root(scope: Scope) -> str:
    """The path of a request without the gallery's own root, which a proxy may or may not have removed."""
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


def _of_page(scope: Scope, page: App, slug: str, below: str) -> dict[str, Any]:
    """The scope that a page's application expects: its root is where the page is mounted."""
    root = page.root_path or f"/{slug}"
    path = f"{root}/{below}" if root.startswith("/") else f"/{below}"  # otherwise the root is a whole address
    return {**scope, "root_path": root, "path": path, "raw_path": quote(path).encode()}
