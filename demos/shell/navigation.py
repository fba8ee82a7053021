"""The top of every page: the gallery's name, its tabs, and the demos of the open tab."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from demos.shell.load_demos import Broken, Demo, by_tab, is_step, tab_of, working

TITLE = "Transformers on Stage"
MODELS = "models"
"""The address of the Models page."""


def header_html(demos: Sequence[Demo], here: str = "", served: bool = True) -> str:
    """The navigation for the page at the address `here`: "" for home, a demo's slug, or MODELS; without the
    pages that need a server, unless one is there.

    Every page is at the same depth, so that relative links work wherever the gallery is mounted.
    """
    tabs = by_tab(demos)
    open_tab = next((tab_of(demo) for demo in demos if here and _slug(demo) == here), "")
    here = next((demo.INFO.step_of for demo in working(demos) if demo.INFO.slug == here), "") or here
    links = [
        _link(first, name, name == open_tab)
        for name, shown in tabs.items()
        if (first := next((_slug(demo) for demo in shown if _slug(demo) and not is_step(demo)), ""))
    ]
    if served:
        links += [_link(MODELS, "Models", here == MODELS), _link("?view=api", "API", False)]
    inside = "".join(_entry(demo, here) for demo in tabs.get(open_tab, ()) if not is_step(demo))
    second = (
        f'<nav class="stage-demos" aria-label="Demos of {escape(open_tab)}">{inside}</nav>' if inside else ""
    )
    home = ' aria-current="page"' if not here else ""
    return (
        f'<a class="stage-skip" href="#stage-content">Skip the navigation</a>'
        f'<header class="stage-header"><a class="stage-name" href="./"{home}>{TITLE}</a>'
        f'<nav class="stage-tabs" aria-label="Tabs">{"".join(links)}</nav>{second}</header>'
        '<span id="stage-content" tabindex="-1"></span>'
    )


def anchor(tab: str) -> str:
    """The name of a tab's place on home."""
    return quote(tab.lower().replace(" ", "-"), safe="")


def _slug(demo: Demo) -> str:
    return "" if isinstance(demo, Broken) else demo.INFO.slug


def _entry(demo: Demo, here: str) -> str:
    if isinstance(demo, Broken):
        return f'<span class="stage-unavailable">{escape(demo.title)} (unavailable)</span>'
    return _link(demo.INFO.slug, demo.INFO.title, demo.INFO.slug == here, "page")


def _link(address: str, text: str, current: bool, kind: str = "true") -> str:
    mark = f' aria-current="{kind}"' if current else ""
    return f'<a href="./{escape(address, quote=True)}"{mark}>{escape(text)}</a>'
