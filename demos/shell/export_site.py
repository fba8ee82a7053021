"""The static twin: the gallery's pages with the recorded answers to all examples, without any server.

It opens from disk, and any host of static files can serve it: its pages link to each other relatively.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import ModuleType

import gradio as gr

from demos.contract import Run
from demos.errors import StageError
from demos.recordings import Replay, replaying
from demos.shell.load_demos import Demo, load_programme, titles, working
from demos.shell.navigation import TITLE, header_html
from demos.shell.pages import home_html
from demos.shell.pieces import Scene, scene
from demos.shell.saved_page import STYLES, Files, saved_page
from demos.shell.static import STATIC
from demos.shell.visitor import Visitor, example_buttons

HOME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{styles}
</head>
<body class="gradio-container stage-saved">
{header}
<main>
{cards}
</main>
<footer><p>{made}</p></footer>
</body>
</html>
"""


def export_site(folder: Path, run: Run, force: bool = False) -> list[Path]:
    """Writes the static twin into `folder`, and returns its pages.

    Raises `StageError` for a folder that is not empty, unless `force`. The site is written beside the folder
    first and then moved, so that nothing half-written ever stands under its name.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not force:
        raise StageError(f"{folder} is not empty.", "Name another folder, or add --force to replace it.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    demos = load_programme()
    today = date.today().isoformat()
    made = f"Recorded answers, put together on {today}. To type a text of your own, start the gallery."
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".stage-") as work:
        site = Path(work) / "site"
        site.mkdir()
        for demo in working(demos):
            scenes = example_scenes(demo, run)
            header = header_html(demos, demo.INFO.slug, served=False)
            page = saved_page(demo, scenes, made, LINKED, header)
            _write(site / f"{demo.INFO.slug}.html", page, demos)
        cards = home_html(demos)
        home = HOME.format(
            title=TITLE,
            styles=LINKED.styles(STYLES),
            header=header_html(demos, served=False),
            cards=cards,
            made=made,
        )
        _write(site / "index.html", home, demos)
        if folder.exists():
            shutil.rmtree(folder)
        site.rename(folder)
    return sorted(folder.glob("*.html"))


def example_scenes(demo: ModuleType, run: Run) -> list[Scene]:
    """What a demo shows for each of its examples that is recorded."""
    with gr.Blocks() as page:
        demo.build(run)
    scenes = []
    for button in example_buttons(page):
        visitor, replay = Visitor(page), Replay(only=True)
        with replaying(replay):
            visitor.press(button)
            if not replay.missing:
                scenes.append(scene(visitor, str(button.value)))
    return scenes


def _linked(markup: str, paths: Sequence[Path]) -> str:
    return "\n".join(markup.format(STATIC.address(path)) for path in dict.fromkeys(paths))


LINKED = Files(
    lambda paths: _linked('<link rel="stylesheet" href="{}">', paths),
    lambda paths: _linked('<script src="{}"></script>', paths),
    own="'self' file:",
)


def _write(path: Path, page: str, demos: Sequence[Demo]) -> None:
    """Writes a page, with the files that it names beside it and its links leading to files."""
    for address in set(re.findall(r'(?:src|href)="\./(stage/[^"]+)"', page)):
        target = path.parent / address
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(STATIC.content(address))
    known = "|".join(map(re.escape, titles(demos)))
    # In the page's data, quotation marks are escaped.
    page = re.sub(rf'href=(\\?)"\./({known})(?=[\\"?#])', r'href=\1"./\2.html', page)
    page = page.replace('href="./"', 'href="./index.html"')
    path.write_text(page, encoding="utf-8")
