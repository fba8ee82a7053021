"""Runs what a link shows, as its page would: cold, with the model to be loaded, and once more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from demos.commands.rehearse.deck import Link
from demos.commands.rehearse.memory import resident_bytes
from demos.contract import Endpoint
from demos.errors import StageError
from demos.model_choice import spec_of
from demos.models.catalog import checkpoint
from demos.models.hub import without_network
from demos.runner import Runner
from demos.stopping import Stopped


@dataclass(frozen=True)
class Ran:
    """What running a link showed.

    label: the example's; models: titles of the checkpoints it needs. first, again: seconds of the first time,
    loading included, and of the second; None if it failed. cut: whether it still grew after the time
    that it was given. memory: bytes of this process afterwards. problem: why it fails, or "". offline: what
    would happen without a network, in words.
    """

    label: str
    models: tuple[str, ...]
    first: float | None
    again: float | None
    cut: bool
    memory: int
    problem: str
    offline: str


def run_link(link: Link, demo: ModuleType, runner: Runner, seconds: float) -> Ran:
    """Runs the example that a link names, or the first one: every endpoint that takes its inputs, as the page
    does. What grows is stopped after `seconds`."""
    number = link.example or 1
    if number > len(demo.EXAMPLES):
        many = len(demo.EXAMPLES)
        return failed(f"There is no example {number} of {demo.INFO.title}: it has {many}.")
    example = demo.EXAMPLES[number - 1]
    endpoints = [endpoint for endpoint in demo.ENDPOINTS if endpoint.inputs_type is type(example.inputs)]
    try:
        names = sorted({name for endpoint in endpoints for name in checkpoints(endpoint, example.inputs)})
    except StageError as error:
        return failed(str(error))
    titles = tuple(checkpoint(name).title for name in names)
    offline = _offline(names)
    cut = False

    def once() -> float:
        nonlocal cut
        runner.results.clear()
        start = time.perf_counter()
        for endpoint in endpoints:
            cut = _answer(runner, endpoint, example.inputs, seconds) or cut
        return time.perf_counter() - start

    try:
        first, again = once(), once()
    except StageError as error:
        return Ran(example.label, titles, None, None, cut, resident_bytes(), str(error), offline)
    return Ran(example.label, titles, first, again, cut, resident_bytes(), "", offline)


def failed(problem: str) -> Ran:
    """A link that cannot be run at all."""
    return Ran("", (), None, None, False, resident_bytes(), problem, "")


def checkpoints(endpoint: Endpoint, inputs: Any) -> list[str]:
    """The names of the checkpoints that inputs need, those included on which others stand."""
    if endpoint.head is None:
        return []
    spec = spec_of(endpoint, inputs.model)
    helper = endpoint.helpers.get(spec.head)
    names = [spec.checkpoint, *([helper.checkpoint] if helper else [])]
    return [one for name in names for one in (name, checkpoint(name).base) if one]


def _answer(runner: Runner, endpoint: Endpoint, inputs: Any, seconds: float) -> bool:
    """Answers once; returns whether the answer still grew when its time was over."""
    if not endpoint.streams:
        runner(endpoint, inputs)
        return False
    until = time.monotonic() + seconds
    with closing(runner.stream(endpoint, inputs)) as stream:
        try:
            return any(time.monotonic() > until for _ in stream)
        except Stopped:
            return False


def _offline(names: Sequence[str]) -> str:
    """What happens without a network, for all of the checkpoints."""
    where: Callable[[str], str] = lambda name: without_network(checkpoint(name))  # noqa: E731
    missing = [checkpoint(name).title for name in names if not where(name)]
    if missing:
        return f"fails: {', '.join(missing)} must come from the Hub"
    sources = sorted({where(name) for name in names})
    return f"works ({', '.join(sources)})" if sources else "works (no model)"
