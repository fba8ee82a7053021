"""The existing demos: those of the programme, and those of installed packages."""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from demos import PROGRAMME, TABS
from demos.contract import Endpoint

log = logging.getLogger(__name__)

GROUP = "transformers_on_stage.demos"
"""Entry points in this group name modules that are demos, as the lines of `demos.PROGRAMME` do."""


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
    not affect the others."""
    names = PROGRAMME + installed() if programme is None else programme
    return [_imported(name) for name in dict.fromkeys(names)]


def _imported(name: str) -> Demo:
    try:
        demo = importlib.import_module(name)
        for needed in ("INFO", "EXAMPLES", "ENDPOINTS", "build"):
            if not hasattr(demo, needed):
                raise AttributeError(f"{name} has no {needed}")
        return demo
    except Exception as error:
        log.exception("%s could not be imported", name)
        return Broken(name, _tab_of_folder(name), reason(error))


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
