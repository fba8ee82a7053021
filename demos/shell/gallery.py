"""The shell: tabs, a page per demo, error cards, the API, deep links."""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

import gradio as gr

from demos import PROGRAMME, TABS
from demos.contract import Endpoint, Run
from demos.runner import Runner
from demos.shell.api import api_function, describe, error_answers
from demos.shell.blocks import Blocks
from demos.shell.hosts import guard, own_hosts
from demos.shell.not_found import missing_html, not_found_page
from demos.shell.theme import theme
from demos.ui import models_page
from demos.ui.page import LIMITS, asked_directly, queue_of, visible_errors
from demos.ui.scripts import COMMON, scripts

log = logging.getLogger(__name__)

TITLE = "Transformers on Stage"
SESSIONS = 128
ASSETS = Path(__file__).parents[2] / "assets"

OPENED = "() => { window.stageOpened = true; dispatchEvent(new Event('stage-opened')); }"

SHELL_SCRIPTS = (*COMMON, *scripts("shell", "freshness stop gallery"))

# In a style sheet Gradio confines rules like these to its container, where they would match nothing.
PHONE = """<style>
@media (max-width: 480px) {
  .gradio-container { padding: 0.5rem !important; }
  footer .divider { display: none !important; }
}
</style>"""

# Gradio describes the API on its first page only, so the other pages point there.
HOME_LINK = (
    "<style>footer .show-api, footer .divider { display: none !important; }"
    ".stage-home a { padding: 0 !important; }</style>"
    f'<p class="stage-home"><a href="./">All demos of {TITLE}, and its API</a></p>'
)

# Gradio also selects tabs while it lays out the page, before the address has been read. A tab that is
# opened again shows the demo that was open in it, without selecting it anew: hence the memory.
REMEMBER_TAB = """(tab, demo) => {
  const demos = (window.stageDemos ||= {});
  if (demo) demos[tab] = demo;
  if (!window.stageOpened) return;
  const url = new URL(window.location);
  url.searchParams.set("tab", tab);
  demos[tab] ? url.searchParams.set("demo", demos[tab]) : url.searchParams.delete("demo");
  history.replaceState(null, "", url);
}"""


@dataclass(frozen=True)
class Broken:
    """A demo that could not be imported: shown as a card in its folder's tab."""

    module: str
    tab: str
    reason: str


@cache
def load_programme(programme: tuple[str, ...] = PROGRAMME) -> list[ModuleType | Broken]:
    """Import every demo of the programme; one that fails becomes a `Broken` and stops no other."""
    demos: list[ModuleType | Broken] = []
    for name in programme:
        try:
            demos.append(importlib.import_module(name))
        except Exception as error:
            log.exception("%s could not be imported", name)
            demos.append(Broken(name, _tab_of_folder(name), _reason(error)))
    return demos


def _tab_of_folder(module: str) -> str:
    folder = module.rpartition(".")[0].rpartition(".")[2].capitalize()
    return folder if folder in TABS else TABS[0]


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def build(runner: Runner, programme: tuple[str, ...] = PROGRAMME) -> gr.Blocks:
    """The whole gallery, ready to launch with `launch_options`."""
    demos = load_programme(programme)
    with Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 86400)) as gallery:
        gr.Navbar(visible=False)
        gr.HTML(
            f'<header class="stage-header"><h1>{TITLE}</h1>'
            "<p>Type a sentence and see for yourself what a transformer does with it.</p></header>",
            padding=False,
        )
        missing = gr.HTML("", padding=False)
        # Before the pages: Gradio numbers a name that a page's own handler took first.
        for endpoint in public_endpoints(demos):
            made = gr.api(
                visible_errors(api_function(endpoint, runner, asked_directly), quote=str),
                api_name=endpoint.name,
                concurrency_id=queue_of(endpoint),
                concurrency_limit=LIMITS.get(queue_of(endpoint), 1),
            )
            describe(gallery.fns[made["id"]].inputs, endpoint)
        _tabs(gallery, demos, runner, missing)
    for demo in demos:
        if isinstance(demo, ModuleType):
            with gallery.route(demo.INFO.title, demo.INFO.slug, show_in_navbar=False):
                gr.Navbar(visible=False)
                _card(demo, runner)
                gr.HTML(HOME_LINK, padding=False)
    with gallery.route("Models", "models", show_in_navbar=False):
        gr.Navbar(visible=False)
        models_page.build(runner)
        gr.HTML(HOME_LINK, padding=False)
    return gallery


def public_endpoints(demos: Sequence[ModuleType | Broken]) -> list[Endpoint]:
    """The endpoints that are API routes, in the order of the programme."""
    return [e for demo in demos if isinstance(demo, ModuleType) for e in demo.ENDPOINTS if e.public]


def titles(demos: Sequence[ModuleType | Broken]) -> dict[str, str]:
    """The demos that can be opened, slug -> title."""
    return {demo.INFO.slug: demo.INFO.title for demo in demos if isinstance(demo, ModuleType)}


def _tabs(gallery: gr.Blocks, demos: Sequence[ModuleType | Broken], runner: Runner, missing: gr.HTML) -> None:
    places: dict[str, str] = {}
    inner_tabs: dict[str, gr.Tabs] = {}
    with gr.Tabs(elem_classes="stage-tabs") as tabs:
        for name in TABS:
            shown = [demo for demo in demos if _tab_of(demo) == name]
            if not shown:
                continue
            tab_id = name.lower()
            with gr.Tab(name, id=tab_id) as tab, gr.Tabs(elem_classes="stage-subtabs") as inner:
                for demo in shown:
                    _demo_tab(demo, tab_id, runner)
                    if isinstance(demo, ModuleType):
                        places[demo.INFO.slug] = tab_id
            inner_tabs[tab_id] = inner
            _remember(tab, tab_id, None)
        with gr.Tab("Models", id="models", render_children=False) as tab:
            models_page.build(runner)
        _remember(tab, "models", None)

    def open_from_url(request: gr.Request) -> list[Any]:
        demo = request.query_params.get("demo")
        wanted = places.get(demo) or request.query_params.get("tab")
        known = wanted in inner_tabs or wanted == "models"
        said = missing_html(demo, titles(demos)) if demo and demo not in places else gr.skip()
        return [said, gr.Tabs(selected=wanted) if known else gr.skip()] + [
            gr.Tabs(selected=demo) if places.get(demo) == tab_id else gr.skip() for tab_id in inner_tabs
        ]

    gallery.load(
        open_from_url,
        None,
        [missing, tabs, *inner_tabs.values()],
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    ).then(
        None, None, None, js=OPENED
    )


def _tab_of(demo: ModuleType | Broken) -> str:
    return demo.tab if isinstance(demo, Broken) else demo.INFO.tab


def _demo_tab(demo: ModuleType | Broken, tab_id: str, run: Run) -> None:
    if isinstance(demo, Broken):
        with gr.Tab(f"{demo.module.rsplit('.', 1)[-1]} (unavailable)"):
            _error_card(demo)
        return
    with gr.Tab(demo.INFO.title, id=demo.INFO.slug, render_children=False) as tab:
        _card(demo, run)
    _remember(tab, tab_id, demo.INFO.slug)


def _remember(tab: gr.Tab, tab_id: str, slug: str | None) -> None:
    arguments = ", ".join(f'"{value}"' if value else "null" for value in (tab_id, slug))
    tab.select(None, None, None, js=f"() => ({REMEMBER_TAB})({arguments})")


def _card(demo: ModuleType, run: Run) -> None:
    summary, _, more = inspect.getdoc(demo).partition("\n\n")
    gr.Markdown(f"## {demo.INFO.title}\n\n{summary}", elem_classes="stage-card")
    try:
        demo.build(run)
    except Exception as error:
        log.exception("%s could not be laid out", demo.__name__)
        _error_card(Broken(demo.__name__, demo.INFO.tab, _reason(error)))
    if more:
        with gr.Accordion("How to read this", open=False):
            gr.Markdown(more)
    with gr.Accordion("What this does not show", open=False):
        gr.Markdown(demo.INFO.limits)


def _error_card(broken: Broken) -> None:
    gr.HTML(
        '<div class="stage-error" role="alert"><h2>This demo is not available</h2>'
        f"<p>{escape(broken.module)} could not be loaded: {escape(broken.reason)}</p>"
        "<p>The other demos work. Run <code>make run</code> again to install what may be missing.</p></div>"
    )


def launch_options(programme: tuple[str, ...] = PROGRAMME, host: str = "127.0.0.1") -> dict[str, Any]:
    """What `launch()` needs besides host and port: theme, styles, the demos' own scripts, and limits."""
    demos = [demo for demo in load_programme(programme) if isinstance(demo, ModuleType)]
    theirs = [path for demo in demos for path in getattr(demo, "SCRIPTS", ())]
    styles = [path for demo in demos for path in getattr(demo, "STYLES", ())]
    code = "\n".join(path.read_text(encoding="utf-8") for path in dict.fromkeys([*SHELL_SCRIPTS, *theirs]))
    return {
        "theme": theme(),
        "css_paths": [ASSETS / "css" / "gallery.css", *dict.fromkeys(styles)],
        "head": f"{PHONE}\n<script>\n{code}\n</script>",
        "footer_links": ["api", "settings"],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        # Gradio would accept a file of any size.
        "max_file_size": "10mb",
        # Gradio keeps a copy of its configuration for every session that it ever heard of, 2.8 MB each.
        "state_session_capacity": SESSIONS,
        # Without it, an error of Gradio's own (too few values, say) would be {"error": null}.
        "show_error": True,
        "app_kwargs": {
            "lifespan": guard(own_hosts(host)),
            "exception_handlers": error_answers() | {404: not_found_page(TITLE, titles(demos))},
        },
    }
