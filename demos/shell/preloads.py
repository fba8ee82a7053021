"""Names in a page's head what Gradio's script would find out that it needs in four steps, one by one.

Its parts name one another in tables that its bundler (Vite) writes into them. Where a later Gradio writes
them otherwise, nothing is named, and pages open as slowly as without this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from demos.shell.frontend import FOLDER

TYPE = re.compile(rb'"type":"(\w+)","props"')
TABLE = re.compile(r"m\.f=\[(.*?)\]")
NAME = re.compile(r'"\./([^"]+)"')
IMPORT = re.compile(r"import\(`\./([^`]+)`\)(?:\.then\([^)]*\))?(?:,__vite__mapDeps\(\[([\d,]*)\])?")
COMPONENT = re.compile(r"(\w+):\{[^{}]*\bcomponent:\(\)=>\w+\(\(\)=>import\(`\./([^`]+)`\)")


def preloads(page: bytes) -> bytes:
    """Markup for the head of an HTML page of Gradio's: what its components need, by their types."""
    types = sorted({kind.decode() for kind in TYPE.findall(page)} - {"api"})  # which nothing shows
    if not types:
        return b""
    names = dict.fromkeys((*_shell(), *(name for kind in types for name in _parts(kind))))
    return "".join(_link(name) for name in names if name != _only("index-*.js")).encode()


def _link(name: str) -> str:
    how = 'preload" as="style' if name.endswith(".css") else "modulepreload"
    return f'<link rel="{how}" crossorigin href="./assets/{name}">'


@cache
def _shell() -> tuple[str, ...]:
    """What every page needs: the parts that the first script asks for, and what the first of them adds."""
    first = _imports(_only("index-*.js"))
    parts = [name for name in first if name.startswith(("Index-", "core-"))]
    pages = [name for part in parts for name in _imports(part) if name.startswith("Blocks-")]
    return (*parts, *(name for part in parts for name in first[part]), *pages)


@cache
def _parts(kind: str) -> tuple[str, ...]:
    """What a component of this type needs."""
    core = _only("core-*.js")
    wanted = dict(COMPONENT.findall(_text(core))).get(kind)
    return (wanted, *_imports(core)[wanted]) if wanted else ()


@cache
def _imports(name: str) -> Mapping[str, tuple[str, ...]]:
    """Maps what a script may import later to what else it needs for that."""
    text = _text(name)
    table = NAME.findall(found[1]) if (found := TABLE.search(text)) else []
    imports: dict[str, tuple[str, ...]] = {}
    for target, numbers in IMPORT.findall(text):
        needs = tuple(table[int(number)] for number in numbers.split(",") if number)
        imports[target] = imports.get(target) or needs
    return imports


@cache
def _only(pattern: str) -> str:
    """The one file of Gradio's that is named like this; "" if there is none, or more."""
    found = list(FOLDER.glob(pattern))
    return found[0].name if len(found) == 1 else ""


def _text(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if name and path.is_file() else ""
