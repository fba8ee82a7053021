"""A visitor without a browser: fills a page's fields, presses its buttons, and sees what the page then shows.

Follows a page's events in Python, as Gradio's script does in the browser: what a button starts, what follows
when it succeeds or fails, and what the changed values start in turn. JavaScript is left out. With it a page
gets the answer that it opens with, and results are recorded and saved by the page's own code.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.blocks import Block
from gradio.components import Component, State
from gradio.context import LocalContext
from pydantic import BaseModel

from demos.ui.moves import moves_of

MAX_EVENTS = 500
"""Events that one press may start; more are a circle of changes."""


class Visitor:
    """One visit to a page.

    values: of its components by id, as the browser holds them; changed: the ids of those that an event
    changed; properties: what events changed besides values, such as `visible`, by id.
    """

    def __init__(self, page: gr.Blocks) -> None:
        self.page = page
        self.values = {key: block.value for key, block in page.blocks.items() if isinstance(block, Component)}
        self.properties: dict[int, dict[str, Any]] = {}
        self.changed: set[int] = set()
        self._left = MAX_EVENTS

    def fill(self, component: Component, value: Any) -> None:
        """Puts a value into a field, as if it had been there from the start: no event begins."""
        self.values[component._id] = _as_sent(component, value)

    def press(self, component: Component, event: str = "click") -> None:
        """Lets an event of a component happen, and everything that follows from it."""
        self._left = MAX_EVENTS
        changed: set[int] = set()
        for function in self._started_by(component._id, event):
            changed |= self._run(function)
        while changed:
            listeners = {f._id: f for key in changed for f in self._started_by(key, "change")}
            changed = set()
            for function in listeners.values():
                changed |= self._run(function)

    def _started_by(self, component: int, event: str) -> list[BlockFunction]:
        return [f for f in self.page.fns.values() if (component, event) in f.targets]

    def _run(self, function: BlockFunction) -> set[int]:
        """Runs a listener and those that follow it; returns the components whose values changed."""
        self._left -= 1
        if self._left < 0:
            raise RuntimeError("The page's events do not come to an end.")
        succeeded, changed = self._call(function)
        for following in self.page.fns.values():
            if following.trigger_after != function._id:
                continue
            if following.trigger_only_on_success and not succeeded:
                continue
            if following.trigger_only_on_failure and succeeded:
                continue
            changed |= self._run(following)
        return changed

    def _call(self, function: BlockFunction) -> tuple[bool, set[int]]:
        if function.fn is None:
            return True, set()
        given = [self._given(block) for block in function.inputs]
        changed: set[int] = set()
        token = LocalContext.in_event_listener.set(True)
        try:
            for row in _results(function, given):
                for block, shown in zip(function.outputs, row, strict=True):
                    if self._show(block, shown):
                        changed.add(block._id)
        except gr.Error:
            return False, changed
        finally:
            LocalContext.in_event_listener.reset(token)
        return True, changed

    def _given(self, block: Any) -> Any:
        value = self.values[block._id]
        if isinstance(block, State):
            return value
        if block.data_model is not None and isinstance(value, dict | list):
            value = block.data_model.model_validate(value)
        return block.preprocess(value)

    def _show(self, block: Any, shown: Any) -> bool:
        """Shows what a listener returned for one of its outputs; whether the value changed."""
        if isinstance(shown, Block):  # gr.Textbox(visible=...): an update
            shown = {**shown.constructor_args, "__type__": "update"}
        if isinstance(shown, dict) and shown.get("__type__") == "update":
            rest = {name: value for name, value in shown.items() if name not in ("value", "__type__")}
            self.properties.setdefault(block._id, {}).update(rest)
            if "value" not in shown:
                return False
            shown = shown["value"]
        before = self.values[block._id]
        self.values[block._id] = after = shown if isinstance(block, State) else _as_sent(block, shown)
        if _same(before, after):
            return False
        self.changed.add(block._id)
        return True


def _results(function: BlockFunction, given: list[Any]) -> Iterator[Iterable[Any]]:
    """Each row of values that a listener returns, one for each of its outputs."""
    work: Any = function.fn
    several = len(function.outputs) != 1
    if not inspect.isgeneratorfunction(work):
        returned = work(*given)
        yield (returned if several else [returned]) if function.outputs else []
        return
    with closing(work(*given)) as steps:
        for returned in steps:
            yield returned if several else [returned]


def _as_sent(component: Any, value: Any) -> Any:
    """A value as it is sent to the browser."""
    sent = component.postprocess(value)
    return sent.model_dump() if isinstance(sent, BaseModel) else sent


def _same(before: Any, after: Any) -> bool:
    try:
        return bool(before == after)
    except ValueError:  # arrays
        return False


def example_buttons(page: gr.Blocks) -> list[gr.Button]:
    """The buttons of a page's examples, in order."""
    rows = [b for b in page.blocks.values() if "stage-examples" in (getattr(b, "elem_classes", None) or [])]
    return [child for row in rows for child in getattr(row, "children", []) if isinstance(child, gr.Button)]


def moves_answered(visitor: Visitor) -> dict[int, list[tuple[str, dict[str, Any], Any]]]:
    """The answers to every move that the shown drawings offer, by component: name, request, answer."""
    found: dict[int, list[tuple[str, dict[str, Any], Any]]] = {}
    for key, value in visitor.values.items():
        block = visitor.page.blocks[key]
        served = {function.__name__: function for function in getattr(block, "server_fns", [])}
        if moves := moves_of(block, value):
            found[key] = [(name, request, served[name](request)) for name, request in moves]
    return found
