"""The page for an address of no demo, which lists the demos that exist."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

MAX_SHOWN = 60


def missing_html(name: str, demos: Mapping[str, str], home: str = "./") -> str:
    """Says that a demo does not exist, and links to all others (slug -> title)."""
    shown = name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}…"
    links = " · ".join(f'<a href="{home}{slug}">{escape(title)}</a>' for slug, title in demos.items())
    return (
        f'<div class="stage-missing" role="alert"><p>There is no demo called “{escape(shown)}”. '
        f"These are here:</p><p>{links}</p></div>"
    )


def not_found_page(title: str, demos: Mapping[str, str]) -> Any:
    """A handler for unknown addresses: HTML for a browser, JSON for a program."""
    from starlette.responses import HTMLResponse, JSONResponse

    async def answer(request: Any, error: Any) -> Any:
        path = request.url.path.strip("/")
        if "text/html" not in request.headers.get("accept", "") or path.startswith("gradio_api"):
            return JSONResponse({"detail": getattr(error, "detail", "Not Found")}, 404)
        # Relative, since the gallery may be mounted below another address.
        home = "../" * path.count("/") or "./"
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<style>:root{color-scheme:light dark}a{white-space:nowrap}"
            "body{font:1.1rem/1.6 sans-serif;max-width:50rem;margin:3rem auto;padding:0 1em}</style>"
            f'<h1><a href="{home}">{escape(title)}</a></h1>{missing_html(path, demos, home)}</html>'
        )
        return HTMLResponse(page, 404)

    return answer
