"""`python -m demos.shell.readme`: writes the README's lists of demos, links and endpoints from the programme,
and the table of public defaults in docs/public.md from the code's numbers.

With --check it writes nothing, and the exit code is 1 if a list is out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from demos import PROGRAMME
from demos.shell import public_defaults
from demos.shell.load_demos import card_text, load_programme, public_endpoints, working

README = Path(__file__).parents[2] / "README.md"
PUBLIC = README.parent / "docs" / "public.md"
WIDTH = 118


def lists(demos: Sequence[ModuleType]) -> dict[str, str]:
    """The generated parts by the names of their markers."""
    rows = [f"| {demo.INFO.tab} | {demo.INFO.title} | {_in_a_line(card_text(demo)[0])} |" for demo in demos]
    slugs = [f"`/{demo.INFO.slug}`" for demo in demos]
    endpoints = [
        f"`/{endpoint.name}`" + (" (streams)" if endpoint.streams else "")
        for endpoint in public_endpoints(demos)
    ]
    return {
        "demos": "\n".join(["| tab | demo | what you see |", "|-|-|-|", *rows]),
        "links": _wrapped(slugs),
        "endpoints": _wrapped(endpoints),
    }


def written(text: str, parts: dict[str, str]) -> str:
    """The README with each part between its markers; raises ValueError if markers are missing."""
    for name, part in parts.items():
        marked = re.compile(rf"(<!-- {name}: make docs -->\n).*?(<!-- /{name} -->)", re.S)
        text, count = marked.subn(lambda found, part=part: f"{found[1]}{part}\n{found[2]}", text)
        if count != 1:
            raise ValueError(f"There are {count} places for {name}.")
    return text


def _in_a_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _wrapped(items: Sequence[str]) -> str:
    """Items separated by commas, in lines that break only between items."""
    lines = [""]
    for item in [f"{item}," for item in items[:-1]] + [f"{items[-1]}."]:
        if len(lines[-1]) + len(item) >= WIDTH:
            lines.append("")
        lines[-1] += f" {item}" if lines[-1] else item
    return "\n".join(lines)


def due() -> dict[Path, str]:
    """What each file with generated parts should hold."""
    parts = {
        README: lists(list(working(load_programme(PROGRAMME)))),
        PUBLIC: {"defaults": public_defaults.table()},
    }
    return {file: written(file.read_text(encoding="utf-8"), own) for file, own in parts.items()}


def main(arguments: Sequence[str]) -> int:
    """Writes the generated parts, or with --check reports whether they are up to date."""
    stale = {file: text for file, text in due().items() if file.read_text(encoding="utf-8") != text}
    if "--check" not in arguments:
        for file, text in stale.items():
            file.write_text(text, encoding="utf-8")
        return 0
    for file in stale:
        print(f"{file.name}: what is made from the code is stale. Run: make docs", file=sys.stderr)
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
