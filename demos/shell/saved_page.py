"""A demo's answers as one HTML page that needs no server: a visitor's own, or those to all examples.

The page holds the same markup, the same scripts and the same data as the gallery's page, and answers to what
its drawings may ask. It opens from disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from types import ModuleType

from demos.contract import to_plain
from demos.models.catalog import ASSETS
from demos.shell.load_demos import card_text
from demos.shell.pieces import Piece, Scene
from demos.ui.scripts import COMMON, TALK, scripts

STYLES = tuple(ASSETS / "css" / f"{name}.css" for name in ("page", "gallery", "saved", "stage"))
SCRIPTS = (*COMMON, *scripts("shell", f"link folds gallery sortable {TALK} embed_height picture saved"))

# Frames: BertViz's pages stand in frames of their own, sandboxed.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' {own}; style-src 'unsafe-inline' {own}; "
    "img-src data: blob: {own}; frame-src 'self' data:"
)

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{styles}
</head>
<body class="gradio-container stage-saved">
{header}
<main>
<div class="stage-card"><h1>{heading}</h1></div>
<p>{summary}</p>
<div class="stage-tools">
<button type="button" class="stage-full-screen" title="Talk mode (F)">Full screen</button>
<button type="button" id="stage-png">Picture (PNG)</button>
</div>
<div id="stage-choose" class="stage-examples"></div>
<div id="stage-answer"></div>
</main>
<footer>
<details><summary>What this does not show</summary><p>{limits}</p></details>
<p class="stage-saved-when">{made}</p>
</footer>
<script type="application/json" id="stage-data">{data}</script>
{scripts}
<script>
StageSaved.start(JSON.parse(document.getElementById("stage-data").textContent), [
{mounts}
]);
</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Files:
    """How a page gets its style sheets and scripts: each `styles(paths)` and `scripts(paths)` returns markup.
    `own` is what the page's policy allows besides itself."""

    styles: Callable[[Sequence[Path]], str]
    scripts: Callable[[Sequence[Path]], str]
    own: str = ""


def inline(tag: str) -> Callable[[Sequence[Path]], str]:
    """Puts files into the page itself."""

    def markup(paths: Sequence[Path]) -> str:
        content = "\n".join(path.read_text(encoding="utf-8") for path in dict.fromkeys(paths))
        return f"<{tag}>\n{content}\n</{tag}>"

    return markup


INLINE = Files(inline("style"), inline("script"))


def saved_page(
    demo: ModuleType, scenes: Sequence[Scene], made: str, files: Files = INLINE, header: str = ""
) -> str:
    """The page of a demo with these scenes. `made` says when, and by which version; `header` is markup."""
    mounts = list(dict.fromkeys(p.script for scene in scenes for p in scene.pieces if p.script))
    data = {"scenes": [_plain(scene, mounts) for scene in scenes]}
    summary, _ = card_text(demo)
    return PAGE.format(
        policy=POLICY.format(own=files.own),
        title=escape(f"{demo.INFO.title} · Transformers on Stage"),
        styles=files.styles((*STYLES, *getattr(demo, "STYLES", ()))),
        header=header,
        heading=escape(demo.INFO.title),
        summary=escape(summary),
        limits=escape(demo.INFO.limits),
        made=escape(made),
        data=_in_script(data),
        scripts=files.scripts((*SCRIPTS, *getattr(demo, "SCRIPTS", ()))),
        mounts=",\n".join(
            f"function (element, props, server, watch, trigger) {{\n{script}\n}}" for script in mounts
        ),
    )


def saved_today() -> str:
    """When the page was saved, in words."""
    return f"Saved from Transformers on Stage on {date.today().isoformat()}."


def _plain(scene: Scene, mounts: Sequence[str]) -> dict[str, object]:
    def piece(one: Piece) -> dict[str, object]:
        number = mounts.index(one.script) if one.script else -1
        return {"html": one.html, "payload": to_plain(one.payload), "mount": number, "moves": one.moves}

    return {
        "label": scene.label,
        "inputs": scene.inputs,
        "about": scene.about,
        "view": dict(scene.view),
        "pieces": [piece(one) for one in scene.pieces],
    }


def _in_script(data: object) -> str:
    """JSON that no text in it can end or open a script with."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)
