"""The gallery: all demos as one site, and the arguments that `launch()` needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from starlette.datastructures import QueryParams

from demos import MOVED
from demos.models.catalog import ASSETS
from demos.runner import Runner
from demos.shell import pages
from demos.shell.api import error_answers
from demos.shell.hosts import own_hosts
from demos.shell.load_demos import load_programme, titles, working
from demos.shell.navigation import MODELS, TITLE
from demos.shell.not_found import not_found_page
from demos.shell.serving import around
from demos.shell.static import STATIC
from demos.shell.theme import theme
from demos.ui.scripts import COMMON, scripts

SESSIONS = 128
STYLES = (ASSETS / "css" / "gallery.css",)

SHELL_SCRIPTS = (*COMMON, *scripts("shell", "freshness stop gallery"))

# Gradio would confine rules like these, in a style sheet, to its container, where they match nothing.
HEAD_STYLES = """<style>
[data-embedded] .stage-header { display: none !important; }
@media (max-width: 480px) {
  .gradio-container { padding: 0.5rem !important; }
  footer .divider { display: none !important; }
}
</style>"""


def build(runner: Runner, programme: tuple[str, ...] | None = None) -> gr.Blocks:
    """Home and the API, ready to launch with `launch_options`, which adds the other pages."""
    return pages.home(runner, load_programme(programme))


def launch_options(
    runner: Runner, programme: tuple[str, ...] | None = None, host: str = "127.0.0.1"
) -> dict[str, Any]:
    """The arguments of `launch()` besides host and port: looks, limits, and the pages below home."""
    demos = load_programme(programme)
    files = {demo.INFO.slug: demo for demo in working(demos)}
    slugs = {**titles(demos), MODELS: "Models"}
    answers = error_answers() | {404: not_found_page(TITLE, titles(demos))}

    def of_page(slug: str) -> dict[str, Any]:
        demo = files.get(slug)
        more = {"footer_links": ["settings"], "app_kwargs": {"exception_handlers": answers}}
        return look(getattr(demo, "SCRIPTS", ()), getattr(demo, "STYLES", ())) | more

    def moved(slug: str, query: QueryParams) -> str | None:
        return moved_address(slug, query, slugs)

    builders = pages.page_builders(runner, demos)
    kwargs = {
        "lifespan": around(own_hosts(host), builders, of_page, moved),
        "exception_handlers": answers,
    }
    return look() | {
        "footer_links": ["api", "settings"],
        # Gradio keeps a copy of its configuration for every session that it has ever seen.
        "state_session_capacity": SESSIONS,
        # Otherwise an error of Gradio's own (such as too few values) would be {"error": null}.
        "show_error": True,
        "app_kwargs": kwargs,
    }


def look(own_scripts: tuple[Any, ...] = (), styles: tuple[Any, ...] = ()) -> dict[str, Any]:
    """The options with which every page's application is launched or mounted."""
    address = STATIC.address(*SHELL_SCRIPTS, *own_scripts)
    return {
        "theme": theme(),
        "css_paths": [*STYLES, *dict.fromkeys(styles)],
        "head": f'{HEAD_STYLES}\n<script src="{address}"></script>',
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        # By default, Gradio accepts a file of any size.
        "max_file_size": "10mb",
    }


def moved_address(slug: str, query: QueryParams, pages: Mapping[str, str]) -> str | None:
    """The current address of an old one, relative to home: demos that moved, and links from the time when
    home had all demos as tabs (`/?demo=similarity`, `/?tab=pipelines`)."""
    rest = [(name, value) for name, value in query.multi_items() if name not in ("tab", "demo")]
    wanted = query.get("demo") if not slug else slug
    if wanted in MOVED:
        target = MOVED[wanted]
        return target + (("&" if "?" in target else "?") + urlencode(rest) if rest else "")
    if slug:
        return None
    if wanted:
        # A name of no demo becomes an address whose page says so.
        found = wanted if wanted in pages else urlencode({"": wanted})[1:]
        return found + (f"?{urlencode(rest)}" if rest else "")
    tab = query.get("tab")
    if tab == MODELS:
        return MODELS
    return f"#{urlencode({'': tab})[1:]}" if tab else None
