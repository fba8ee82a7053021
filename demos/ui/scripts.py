"""The browser's scripts in loading order.

Each is a classic script that adds one name to the page (`StageDom`, `AttentionState`, ...) and may use those
before it. They are not ES modules, because the viewer's HTML export opens from file://, where browsers refuse
to load modules.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "assets" / "js"


def scripts(folder: str, names: str) -> tuple[Path, ...]:
    """The files of one folder of assets/js, e.g. `scripts("common", "numbers text")`."""
    return tuple(_FOLDER / folder / f"{name}.js" for name in names.split())


COMMON = scripts("common", "numbers dom text values theme")
"""Scripts that every page may use."""

TALK = "stage_fit stage_size stage_steps stage_talk stage_keys stage"
"""The shell's scripts for talk mode, which saved pages have too."""

CHARTS = (*COMMON, *scripts("common", "svg plot"))
"""Scripts that pages with charts use."""
