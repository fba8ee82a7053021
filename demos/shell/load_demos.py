"""The existing demos: those of the programme, and those of installed packages."""

from __future__ import annotations

import importlib
import inspect
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from demos import MOVED, PROGRAMME, TABS
from demos.contract import Endpoint, Info
from demos.fields import fields_of

log = logging.getLogger(__name__)

GROUP = "transformers_on_stage.demos"
"""Entry points in this group name modules that are demos, as the lines of `demos.PROGRAMME` do."""


RESERVED = (
    *(
        "stage",
        "models",
        "config",
        "assets",
        "static",
        "svelte",
        "login",
        "logout",
        "monitoring",
        "gradio-api",
    ),
    *("user", "token", "docs", "redoc", "upload", "file", "run", "call", "queue", "info"),
)
"""Addresses that Gradio or the shell uses."""


@dataclass(frozen=True)
class Broken:
    """A demo that could not be imported: shown as a card in its folder's tab."""

    module: str
    tab: str
    reason: str

    @property
    def title(self) -> str:
        return self.module.rsplit(".", 1)[-1]


Demo = ModuleType | Broken


def installed() -> tuple[str, ...]:
    """The modules that other installed packages offer as demos, sorted by name."""
    return tuple(point.value for point in sorted(entry_points(group=GROUP), key=lambda point: point.name))


@cache
def load_programme(programme: tuple[str, ...] | None = None) -> list[Demo]:
    """Imports every demo, by default ours and the installed ones; one that fails becomes a `Broken` and does
    not affect the others. If two have the same address or endpoint name, the first one gets it."""
    demos: list[Demo] = []
    taken: set[str] = {*MOVED, *RESERVED}
    for name in dict.fromkeys(PROGRAMME + installed() if programme is None else programme):
        try:
            demo = importlib.import_module(name)
            names = check_demo(demo)
            if known := names & taken:
                raise ValueError(f"{', '.join(sorted(known))} is taken already")
            taken |= names
            demos.append(demo)
        except Exception as error:
            log.exception("%s could not be imported", name)
            demos.append(Broken(name, _tab_of_folder(name), reason(error)))
    return demos


def check_demo(demo: ModuleType) -> set[str]:
    """Raises if a module does not fulfil the contract of a demo; returns the names that it takes: the slug of
    its page, and "name()" for each of its endpoints."""
    for needed in ("INFO", "EXAMPLES", "ENDPOINTS", "build"):
        if not hasattr(demo, needed):
            raise AttributeError(f"{demo.__name__} has no {needed}")
    info = demo.INFO
    if not isinstance(info, Info) or not all(
        isinstance(text, str) and text for text in (info.slug, info.title, info.tab, info.limits)
    ):
        raise TypeError("INFO must be an Info with texts for slug, title, tab and limits")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", info.slug):
        raise ValueError(f"the slug {info.slug!r} must be small letters, digits and hyphens")
    for endpoint in demo.ENDPOINTS:
        if not isinstance(endpoint, Endpoint):
            raise TypeError("ENDPOINTS must hold Endpoints")
        _ = fields_of(endpoint.inputs_type), endpoint.result_type  # fail here, not when home documents them
    return {info.slug} | {f"{endpoint.name}()" for endpoint in demo.ENDPOINTS}


def _tab_of_folder(module: str) -> str:
    folder = module.rpartition(".")[0].rpartition(".")[2]
    return {"debate": "Attention", "tasks": "Pipelines"}.get(
        folder, folder.capitalize() if folder.capitalize() in TABS else TABS[0]
    )


def reason(error: Exception) -> str:
    """Why a demo is unavailable, for its card."""
    return f"{type(error).__name__}: {error}"


def working(demos: Sequence[Demo]) -> Iterator[ModuleType]:
    """The demos that could be imported."""
    return (demo for demo in demos if isinstance(demo, ModuleType))


def by_tab(demos: Sequence[Demo]) -> Mapping[str, list[Demo]]:
    """The demos of each non-empty tab, in the order of TABS; tabs of other packages' demos follow."""
    tabs: dict[str, list[Demo]] = {name: [] for name in TABS}
    for demo in demos:
        tabs.setdefault(tab_of(demo), []).append(demo)
    return {name: shown for name, shown in tabs.items() if shown}


def tab_of(demo: Demo) -> str:
    """The tab of a demo."""
    return demo.tab if isinstance(demo, Broken) else demo.INFO.tab


def is_step(demo: Demo) -> bool:
    """Whether this demo is a further step of another one, which links to it."""
    return isinstance(demo, ModuleType) and bool(demo.INFO.step_of)


def titles(demos: Sequence[Demo]) -> dict[str, str]:
    """The demos that can be opened: slug -> title."""
    return {demo.INFO.slug: demo.INFO.title for demo in working(demos)}


def public_endpoints(demos: Sequence[Demo]) -> list[Endpoint]:
    """The endpoints that are API routes, in the programme's order."""
    return [endpoint for demo in working(demos) for endpoint in demo.ENDPOINTS if endpoint.public]


def card_text(demo: ModuleType) -> tuple[str, str]:
    """A demo's summary, which is the first paragraph of its docstring, and the rest: how to read it."""
    summary, _, more = (inspect.getdoc(demo) or "").partition("\n\n")
    return summary, more
