"""The pages as Gradio applications: home with the API and a card per demo, the demos, the models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from types import ModuleType

import gradio as gr

from demos.contract import Run
from demos.models.catalog import ASSETS
from demos.runner import Runner
from demos.shell import models_page
from demos.shell.api import api_function, describe
from demos.shell.blocks import Blocks
from demos.shell.load_demos import Broken, Demo, by_tab, card_text, is_step, public_endpoints
from demos.shell.mcp_tools import as_tool
from demos.shell.navigation import MODELS, TITLE, anchor, header_html
from demos.shell.opening import open_with_example
from demos.shell.save import saving
from demos.shell.static import STATIC
from demos.ui.form import form_of
from demos.ui.page import LIMITS, asked_directly, queue_of, visible_errors
from demos.ui.tour import tour_html

WELCOME = "Type a sentence and see for yourself what a transformer does with it."
TOOLS = (
    '<div class="stage-tools">{tour}'
    '<button type="button" class="stage-full-screen" title="Talk mode (F)">Full screen</button>'
    '<button type="button" class="stage-embed-open">Embed</button>'
    '<button type="button" class="stage-copy-link">Copy link</button>'
    '<button type="button" class="stage-save">Save</button></div>'
)
SESSIONS = 128
"""Sessions kept for each page: Gradio keeps a copy of the page's configuration for each of them."""
QUEUE = 64
"""Requests that may wait at one page."""
CACHE = (3600, 86400)
"""Seconds between two searches for files that visitors left, and the age at which those are deleted."""


def home(runner: Runner, demos: Sequence[Demo], tools: bool = False) -> gr.Blocks:
    """The first page, the only application with the API; with `tools`, some of it as tools for a language
    model."""
    with Blocks(title=TITLE, analytics_enabled=False, delete_cache=CACHE) as page:
        gr.HTML(header_html(demos), padding=False)
        gr.HTML(home_html(demos), padding=False)
        for endpoint in public_endpoints(demos):
            asked = visible_errors(api_function(endpoint, runner, asked_directly), quote=str)
            made = gr.api(  # pyright: ignore[reportPrivateImportUsage] (documented, but not in `__all__`)
                as_tool(asked, endpoint) if tools else asked,
                api_name=endpoint.name,
                concurrency_id=queue_of(endpoint),
                concurrency_limit=LIMITS.get(queue_of(endpoint), 1),
            )
            describe(page.fns[made["id"]].inputs, endpoint)
    return queued(page)


def demo_page(demo: ModuleType, run: Run, demos: Sequence[Demo]) -> gr.Blocks:
    """A demo's page, with the navigation above and the demo's limits below; it opens with an answer."""
    with Blocks(title=f"{demo.INFO.title} · {TITLE}", analytics_enabled=False, delete_cache=CACHE) as page:
        gr.HTML(header_html(demos, demo.INFO.slug), padding=False)
        summary, more = card_text(demo)
        with gr.Row(elem_classes="stage-title"):
            gr.Markdown(f"## {demo.INFO.title}\n\n{summary}", elem_classes="stage-card")
            tools = gr.HTML("", padding=False)
        before = len(page.children)
        demo.build(run)
        tour = tour_html(demo.INFO.slug, demo.INFO.step_of or demo.INFO.slug, form_of(page))
        tools.value = TOOLS.format(tour=tour)
        saving(demo, page, page.children[before:])
        if more:
            with gr.Accordion("How to read this", open=False, elem_classes="stage-guide"):
                gr.Markdown(more)
        with gr.Accordion("What this does not show", open=False, elem_classes="stage-limits"):
            gr.Markdown(demo.INFO.limits)
    open_with_example(page)
    return queued(page)


def models(runner: Runner, demos: Sequence[Demo]) -> gr.Blocks:
    """The page of the models with which the gallery computes."""
    with Blocks(title=f"Models · {TITLE}", analytics_enabled=False, delete_cache=CACHE) as page:
        gr.HTML(header_html(demos, MODELS), padding=False)
        models_page.build(runner)
    return queued(page)


def page_builders(runner: Runner, demos: Sequence[Demo]) -> dict[str, Callable[[], gr.Blocks]]:
    """Maps the address of each page below home to the function that builds it."""

    def builder(demo: ModuleType) -> Callable[[], gr.Blocks]:
        return lambda: demo_page(demo, runner, demos)

    found = {demo.INFO.slug: builder(demo) for demo in demos if isinstance(demo, ModuleType)}
    return found | {MODELS: lambda: models(runner, demos)}


def queued(page: gr.Blocks) -> gr.Blocks:
    """Gives the page a queue that admits several requests at once, since work takes turns in the runner, and
    a limit of sessions, which must be set before the page is mounted."""
    page.state_session_capacity = SESSIONS
    return page.queue(default_concurrency_limit=4, max_size=QUEUE)


def home_html(demos: Sequence[Demo]) -> str:
    """A card per demo: its picture, its question and one sentence."""
    parts = [f'<p class="stage-welcome">{WELCOME}</p>']
    for name, shown in by_tab(demos).items():
        cards = "".join(_card(demo) for demo in shown if not is_step(demo))
        parts.append(f'<h2 id="{anchor(name)}">{escape(name)}</h2>')
        parts.append(f'<div class="stage-cards">{cards}</div>')
    return "".join(parts)


def _card(demo: Demo) -> str:
    if isinstance(demo, Broken):
        return error_card(demo)
    slug = escape(demo.INFO.slug, quote=True)
    picture = ASSETS / "pictures" / f"{demo.INFO.slug}.avif"
    summary = " ".join(card_text(demo)[0].split())
    return (
        f'<a class="stage-demo-card" href="./{slug}">{_picture(picture)}'
        f"<strong>{escape(demo.INFO.title)}</strong><span>{escape(summary)}</span></a>"
    )


def _picture(path: Path) -> str:
    if not path.is_file():
        return ""
    address = STATIC.address(path)
    return f'<img src="{escape(address, quote=True)}" alt="" loading="lazy" width="480" height="300">'


def error_card(broken: Broken) -> str:
    """The card of a demo that is not available."""
    return (
        '<div class="stage-error" role="alert"><h2>This demo is not available</h2>'
        f"<p>{escape(broken.module)} could not be loaded: {escape(broken.reason)}</p>"
        "<p>The other demos work. Run <code>make run</code> again to install what may be missing.</p></div>"
    )
