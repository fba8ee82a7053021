"""Runs what a link shows, on its own page but without a browser: cold, with the models to be loaded, and once
more."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from types import ModuleType
from typing import Any

import gradio as gr

from demos.commands.rehearse.deck import Link
from demos.commands.rehearse.memory import resident_bytes
from demos.contract import Endpoint
from demos.errors import StageError
from demos.model_choice import specs_of
from demos.models.catalog import checkpoint
from demos.models.hub import without_network
from demos.recordings import Recordings
from demos.runner import Runner
from demos.shell.visitor import Visitor, example_buttons
from demos.stream import Stream

Keep = Callable[[Visitor, str], object]

STATE = "state="
"""What precedes the state in a link's fragment."""
_OWN = re.compile(r"(?!state=)[a-z]+=1\.")  # pages whose links carry something of their own


@dataclass(frozen=True)
class Ran:
    """What running a link showed.

    label: the example's, or "the link's own inputs". models: titles of the checkpoints that were asked.
    first, again: seconds of the first time, loading included, and of the second; None if it failed. cut:
    whether it still grew after the time that it was given. memory: bytes of this process afterwards. problem:
    why it fails, or "". offline: what would happen without a network, in words.
    """

    label: str
    models: tuple[str, ...]
    first: float | None
    again: float | None
    cut: bool
    memory: int
    problem: str
    offline: str


class Witness:
    """Passes a page's questions on to the runner, and notes which models they need, what is refused and what
    grows for more than `seconds`, which it stops."""

    def __init__(self, runner: Runner, seconds: float) -> None:
        self._runner, self._seconds, self._recordings = runner, seconds, Recordings()
        self.names: set[str] = set()
        self.refused: list[str] = []
        self.cut = False

    def __call__(self, endpoint: Endpoint, inputs: Any) -> Any:
        try:
            self._note(endpoint, inputs)
            return self._runner(endpoint, inputs)
        except StageError as error:
            self._refuse(endpoint, inputs, error)
            raise

    def stream(self, endpoint: Endpoint, inputs: Any) -> Stream:
        def steps(stop: Any) -> Iterator[Any]:
            until = time.monotonic() + self._seconds
            try:
                self._note(endpoint, inputs)
                for result in self._runner.stream(endpoint, inputs):
                    yield result
                    if time.monotonic() > until:
                        self.cut = True
                        return
            except StageError as error:
                self._refuse(endpoint, inputs, error)
                raise

        return Stream(steps)

    def _note(self, endpoint: Endpoint, inputs: Any) -> None:
        self.names |= set(checkpoints(endpoint, inputs))

    def _refuse(self, endpoint: Endpoint, inputs: Any, error: StageError) -> None:
        # Some examples show a refusal: those were recorded as such.
        if not isinstance(self._recordings.find(endpoint, inputs), StageError):
            self.refused.append(str(error))


def run_link(link: Link, demo: ModuleType, runner: Runner, seconds: float, keep: Keep | None = None) -> Ran:
    """Presses the example that a link names, or the first one, or fills in the link's own state, twice.

    `keep(visitor, label)` saves what the page then shows, if nothing was refused.
    """
    witness = Witness(runner, seconds)
    with gr.Blocks() as page:
        demo.build(witness)
    if _OWN.match(link.fragment):
        return Ran(
            "inputs that only the page's script reads", (), None, None, False, resident_bytes(), "", ""
        )
    if link.fragment.startswith(STATE):
        label, press = "the link's own inputs", _arrive(page, link.fragment.removeprefix(STATE))
    else:
        buttons, number = example_buttons(page), link.example or 1
        if number > len(buttons):
            return _absent(demo, number)
        label, press = str(buttons[number - 1].value), lambda visitor: visitor.press(buttons[number - 1])
    took: list[float] = []
    for _ in range(2):
        runner.results.clear()
        start = time.perf_counter()
        visitor = Visitor(page)
        refused = press(visitor)
        took.append(time.perf_counter() - start)
        witness.refused += [refused] if refused else []
        if witness.refused:
            break
    names = sorted(witness.names)
    if keep and not witness.refused:
        keep(visitor, label)
    return Ran(
        label=label,
        models=tuple(checkpoint(name).title for name in names),
        first=None if witness.refused else took[0],
        again=None if witness.refused else took[-1],
        cut=witness.cut,
        memory=resident_bytes(),
        problem=" ".join(dict.fromkeys(witness.refused)),
        offline=_offline(names),
    )


def failed(problem: str, label: str = "") -> Ran:
    """A link that cannot be run at all."""
    return Ran(label, (), None, None, False, resident_bytes(), problem, "")


def _absent(demo: ModuleType, number: int) -> Ran:
    """An example that the page does not have, or leaves out because its model's weights cannot be had."""
    if number > len(demo.EXAMPLES):
        return failed(f"There is no example {number} of {demo.INFO.title}, which has {len(demo.EXAMPLES)}.")
    example = demo.EXAMPLES[number - 1]
    needs = checkpoint(example.inputs.model)
    said = f"This example needs {needs.title}, whose weights cannot be had here."
    return replace(failed(said, example.label), models=(needs.title,), offline=_offline([needs.name]))


def checkpoints(endpoint: Endpoint, inputs: Any) -> list[str]:
    """The names of the checkpoints that inputs need, those included on which others stand."""
    names = [spec.checkpoint for spec in specs_of(endpoint, inputs)]
    return [one for name in names for one in (name, checkpoint(name).base) if one]


def _arrive(page: gr.Blocks, fragment: str) -> Callable[[Visitor], str]:
    """What fills a link's state into the form and answers; it returns why that cannot be done, or ""."""
    by_name = {getattr(block, "elem_id", None): block for block in page.blocks.values()}
    button, field = by_name.get("stage-arrive"), by_name.get("stage-linked")
    fills = [f.fn for f in page.fns.values() if button and (button._id, "click") in f.targets]
    if not isinstance(field, gr.Textbox) or not isinstance(button, gr.Button) or not fills or not fills[0]:
        return lambda visitor: "This demo's links carry no state."

    def press(visitor: Visitor) -> str:
        try:
            fills[0](fragment)  # type: ignore[misc]
        except gr.Error as error:
            return unescape(error.message)
        visitor.fill(field, fragment)
        visitor.press(button)
        return ""

    return press


def _offline(names: Sequence[str]) -> str:
    """What happens without a network, for all of the checkpoints."""
    where = {name: without_network(checkpoint(name)) for name in names}
    missing = [checkpoint(name) for name in names if not where[name]]
    if missing:
        said = (f"{m.title} {'must come from the Hub' if m.hub_id else 'is not installed'}" for m in missing)
        return f"fails: {', '.join(said)}"
    return f"works ({', '.join(sorted(set(where.values())))})" if where else "works (no model)"
