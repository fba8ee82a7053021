"""Before and after a change of structure: every endpoint's answer to every example, every page's controls.

    git worktree add /tmp/before COMMIT
    python tests/same_answers.py make /tmp/before before.json.gz
    python tests/same_answers.py make . after.json.gz
    python tests/same_answers.py compare before.json.gz after.json.gz

`make` runs in the checkout that it is given, so that both files come from one machine. An endpoint is asked
with an example's values of the fields that it has. Numbers may differ by 1e-6; times are left out.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demos.shell.blocks import Blocks

TOLERANCE = 1e-6
TIMES = {"seconds", "seconds_per_token", "tokens_per_second", "progress"}  # what is remembered is not read


def answers(demos: list[Any]) -> dict[str, Any]:
    """Every public endpoint's answer to every example of its demo, as JSON."""
    from demos.contract import parse, to_plain
    from demos.errors import StageError
    from demos.models.cache import shared_cache
    from demos.runner import Runner

    runner, found = Runner(shared_cache()), {}
    for demo in demos:
        for endpoint in (e for e in demo.ENDPOINTS if e.public):
            fields = {field.name for field in dataclasses.fields(endpoint.inputs_type)}
            for example in demo.EXAMPLES:
                plain = to_plain(example.inputs)
                try:
                    inputs = parse(endpoint.inputs_type, {k: v for k, v in plain.items() if k in fields})
                    if endpoint.streams:
                        *_, answer = runner.stream(endpoint, inputs)
                    else:
                        answer = runner(endpoint, inputs)
                    said = to_plain(answer)
                except (StageError, TypeError) as error:
                    said = {"error": str(error)}
                found[f"/{endpoint.name} · {example.label}"] = said
                print(f"/{endpoint.name} · {example.label}", file=sys.stderr)
    return found


def controls(demos: list[Any]) -> dict[str, list[str]]:
    """What a visitor can touch on every demo's page, in its order."""
    import gradio as gr

    touched = (gr.Button, gr.Textbox, gr.Dropdown, gr.Slider, gr.Number, gr.Checkbox, gr.Radio, gr.File)
    found = {}
    for demo in demos:
        with Blocks() as blocks:
            demo.build(lambda *_: None)
        shown = [b for b in blocks.blocks.values() if isinstance(b, touched) and b.visible is not False]
        found[demo.INFO.slug] = [
            f"{type(b).__name__}: {getattr(b, 'label', None) or getattr(b, 'value', '')}" for b in shown
        ]
    return found


def differences(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """Where two JSON values differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted((before.keys() | after.keys()) - TIMES):
            if key not in before or key not in after:
                yield f"{where}/{key}: only {'before' if key in before else 'after'}"
            else:
                yield from differences(before[key], after[key], f"{where}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from differences(*pair, f"{where}/{number}")
    elif isinstance(before, float) and isinstance(after, float | int):
        if not math.isclose(before, after, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{where}: {before!r} before, {after!r} after"
    elif before != after:
        yield f"{where}: {str(before)[:100]!r} before, {str(after)[:100]!r} after"


def _make_here(file: Path) -> None:
    from types import ModuleType

    try:
        from demos.shell.programme import load_programme
    except ImportError:  # before the shell had a folder
        from demos.gallery import load_programme

    demos = [demo for demo in load_programme() if isinstance(demo, ModuleType)]
    made = {"controls": controls(demos), "answers": answers(demos)}
    file.write_bytes(gzip.compress(json.dumps(made).encode()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("do", choices=("make", "make-here", "compare"))
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path, nargs="?")
    options = parser.parse_args()
    if options.do == "make-here":
        return _make_here(options.first)
    if options.do == "make":
        environment = os.environ | {"STAGE_MODELS": "bundled", "PYTHONPATH": str(options.first.resolve())}
        command = [sys.executable, __file__, "make-here", str(options.second.resolve())]
        return sys.exit(subprocess.run(command, cwd=options.first, env=environment).returncode)
    before, after = (
        json.loads(gzip.decompress(file.read_bytes())) for file in (options.first, options.second)
    )
    found = list(differences(before, after))
    print("\n".join(found[:200]) or "The same.")
    print(f"{len(before['answers'])} answers of {len(before['controls'])} pages, {len(found)} differences.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
