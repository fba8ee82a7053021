"""The gallery: all demos as one site, and the arguments that `launch()` needs."""

from __future__ import annotations

from collections.abc import Container
from typing import Any
from urllib.parse import quote, urlencode

import gradio as gr
from starlette.datastructures import QueryParams

from demos import MOVED
from demos.models.catalog import ASSETS
from demos.runner import Runner
from demos.shell import frontend, pages
from demos.shell.half_uploads import leave_nothing
from demos.shell.hosts import own_hosts
from demos.shell.load_demos import load_programme, public_endpoints, titles, working
from demos.shell.metrics import PATH, Metrics
from demos.shell.navigation import MODELS, TITLE, anchor
from demos.shell.not_found import not_found_page
from demos.shell.plain_http import PREFIX, plain_http
from demos.shell.serving import Site, around
from demos.shell.slow_clients import let_go_of_slow_clients
from demos.shell.static import STATIC
from demos.shell.theme import theme
from demos.shell.unreadable import error_answers
from demos.ui.scripts import COMMON, TALK, scripts

MAX_UPLOAD = "10mb"
"""By default, Gradio accepts a file of any size."""

STYLES = (ASSETS / "css" / "gallery.css",)

SHELL_SCRIPTS = (
    *COMMON,
    *scripts("shell", "freshness guess_result guess stop link folds save gallery sortable tour_panel tour"),
    *scripts("shell", f"{TALK} embed_snippets embed embed_height"),
)
GLOBAL_STYLES = tuple(ASSETS / "css" / f"{name}.css" for name in ("stage", "guess", "tour"))
"""Rules for what is outside Gradio's container on a slide, so they are linked in the page's head."""

# Gradio would confine rules like these, in a style sheet, to its container, where they match nothing.
HEAD_STYLES = """<style>
[data-embedded] .stage-header { display: none !important; }
[data-embedded] .gradio-container { min-height: 0 !important; }
[data-embedded] .stage-frame { height: 600px; }
.html-container:has(.stage-header, .stage-cards, .stage-steps) { padding: 0 !important; }
footer .show-api, footer .divider { display: none !important; }  /* The navigation leads to the API. */
.gradio-container .main { padding-top: 0.5rem !important; }
@media (min-width: 900px) {  /* What asks stands at the end of the examples. */
  .stage-examples:has(~ button.primary), .stage-examples:has(~ .row > button.primary) {
    padding-inline-end: 14rem;
  }
  .stage-examples ~ button.primary,
  .stage-examples ~ .row:has(> button.primary):not(:has(> button.secondary:not(.stage-stop))) {
    align-self: flex-end !important;
    width: auto !important;
    margin-top: -3rem;
    position: relative;
    z-index: 1;
  }
}
@media (max-width: 480px) {
  .gradio-container { padding: 0.5rem !important; }
}
</style>"""


# The first visitor of a page waits while it is laid out: a link on which the pointer rests is fetched ahead.
FETCHED_AHEAD = (
    '<script type="speculationrules">{"prefetch":[{"where":{"selector_matches":'
    '[".stage-demo-card",".stage-demos a",".stage-tabs a:not([href*=\\"view=api\\"])"]},'
    '"eagerness":"moderate"}]}</script>'
)


def build(runner: Runner, programme: tuple[str, ...] | None = None, tools: bool = False) -> gr.Blocks:
    """Home and the API, ready to launch with `launch_options`, which adds the other pages; with `tools`, to
    be launched as a tool server too."""
    return pages.home(runner, load_programme(programme), tools)


def launch_options(
    runner: Runner,
    programme: tuple[str, ...] | None = None,
    host: str = "127.0.0.1",
    metrics: Metrics | None = None,
) -> dict[str, Any]:
    """The arguments of `launch()` besides host and port: looks, limits, and the pages below home."""
    demos = load_programme(programme)
    by_slug = {demo.INFO.slug: demo for demo in working(demos)}
    leave_nothing()
    let_go_of_slow_clients()
    answers = error_answers() | {404: not_found_page(TITLE, titles(demos))}

    def options(slug: str) -> dict[str, Any]:
        own = getattr(by_slug.get(slug), "STYLES", ())
        return look(own) | {"footer_links": ["settings"], "app_kwargs": {"exception_handlers": answers}}

    def head(slug: str) -> str:
        own = getattr(by_slug.get(slug), "SCRIPTS", ())
        styles = f'{HEAD_STYLES}<link rel="stylesheet" href="{STATIC.address(*GLOBAL_STYLES)}">'
        return f'{styles}<script src="{STATIC.address(*SHELL_SCRIPTS, *own)}"></script>{FETCHED_AHEAD}'

    def moved(slug: str, query: QueryParams) -> str | None:
        return moved_address(slug, query, {*by_slug, MODELS})

    named = {endpoint.name: endpoint for endpoint in public_endpoints(demos)}
    others = {PREFIX: plain_http(named, runner), frontend.PREFIX: frontend.frontend}
    others |= {PATH: metrics.application(runner)} if metrics else {}
    site = Site(pages.page_builders(runner, demos), options, head, moved, others)
    return look() | {
        "footer_links": ["api", "settings"],
        # Gradio would ask itself for home, and end if that took three seconds, as on a busy machine it does.
        "_frontend": False,
        "state_session_capacity": pages.SESSIONS,
        # Otherwise an error of Gradio's own (such as too few values) would be {"error": null}.
        "show_error": True,
        "app_kwargs": {"lifespan": around(own_hosts(host), site), "exception_handlers": answers},
    }


def look(own_styles: tuple[Any, ...] = ()) -> dict[str, Any]:
    """The options with which every page's application is launched or mounted."""
    return {
        "theme": theme(),
        "css_paths": [*STYLES, *dict.fromkeys(own_styles)],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "max_file_size": MAX_UPLOAD,
    }


def moved_address(slug: str, query: QueryParams, pages: Container[str]) -> str | None:
    """The current address of an old one, relative to home: demos that moved, and links from the time when
    home had all demos as tabs (`/?demo=similarity`, `/?tab=pipelines`)."""
    wanted = slug or query.get("demo", "")
    # Where several demos became one, it is unknown which example a link meant.
    dropped = {"tab", "demo", "example"} if wanted in MOVED else {"tab", "demo"}
    rest = urlencode([(name, value) for name, value in query.multi_items() if name not in dropped])
    if wanted in MOVED:
        target = MOVED[wanted]
        return f"{target}{'&' if '?' in target else '?'}{rest}" if rest else target
    if slug:
        return None
    more = f"?{rest}" if rest else ""
    if wanted:
        # A name of no demo becomes an address whose page says so.
        return (wanted if wanted in pages else quote(wanted.strip("./"), safe="") or "unknown") + more
    tab = query.get("tab")
    if tab == MODELS:
        return MODELS + more
    return f"{more}#{anchor(tab)}" if tab else None
