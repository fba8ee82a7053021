"""Saves the answer that a page shows: one HTML file, which the browser gives to the visitor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import gradio as gr

from demos.errors import BadInput
from demos.recordings import Replay, replaying
from demos.shell.pieces import scene
from demos.shell.saved_page import saved_page, saved_today
from demos.shell.visitor import Visitor
from demos.ui.page import MODEL_QUEUE, on
from demos.ui.withheld import ANYWAY, SHOW_ANYWAY

ARRIVALS = ("stage-arrive", "stage-restore")
"""The hidden buttons that fill a page's form: from a link's state, or from the prompt builder's draft."""


def saving(demo: ModuleType, page: gr.Blocks, blocks: Sequence[Any]) -> None:
    """Lets the page's script save what the page shows in `blocks`: it presses a hidden button."""
    state = gr.Textbox(visible=False)
    made = gr.Textbox(visible=False)
    button = gr.Button(visible="hidden", elem_id="stage-save-ask")

    def save(state: str) -> str:
        visitor, view = Visitor(page), _view(state)
        opened = view.get("open")
        with replaying(Replay()):
            _fill(visitor, state)
            if isinstance(opened, list) and SHOW_ANYWAY in opened:
                _show_anyway(visitor)
            found = scene(visitor, blocks=blocks)
        if not found.pieces:
            raise BadInput("There is no answer yet.", "Ask for one first.")
        found = replace(found, view=view)
        return saved_page(demo, [found], saved_today())

    event = on([button.click], save, [state], [made], MODEL_QUEUE, js="() => [StageLink.state()]")
    give = f"(page) => StageSave.give('{demo.INFO.slug}.html', page)"
    event.then(None, [made], None, js=give, api_visibility="private", queue=False)


def _view(state: str) -> dict[str, Any]:
    """What the visitor looks at, which the browser sends with the form's values; raises `BadInput` for what
    no browser of ours sends."""
    try:
        read = json.loads(state)
    except (ValueError, TypeError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise BadInput("What the page shows cannot be read.", "Load it again, and ask again.")
    view = read.get("view")
    return view if isinstance(view, dict) else {}


def _show_anyway(visitor: Visitor) -> None:
    """Asks for what the page withholds, where it has a button for that."""
    for key, block in visitor.page.blocks.items():
        offered = visitor.properties.get(key, {}).get("visible")
        if offered and ANYWAY in (getattr(block, "elem_classes", None) or []):
            visitor.press(block)  # type: ignore[arg-type]


def _fill(visitor: Visitor, state: str) -> None:
    """Fills the form with the state that the browser sent, and lets the page answer."""
    buttons = {getattr(b, "elem_id", None): b for b in visitor.page.blocks.values()}
    arrive: Any = next(filter(None, map(buttons.get, ARRIVALS)), None)
    if arrive is None:
        raise BadInput("This page has no form, so there is nothing to save.", "Open another demo.")
    visitor.fill(buttons["stage-linked"], state)  # type: ignore[arg-type]
    visitor.press(arrive)
    if arrive.elem_id != ARRIVALS[0]:  # a restored draft is not answered by itself
        primary = [b for b in visitor.page.blocks.values() if getattr(b, "variant", "") == "primary"]
        visitor.press(primary[0])  # type: ignore[arg-type]
