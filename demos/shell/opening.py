"""The answer that a page opens with: its first example, drawn from its recording."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.recordings import Replay, replaying
from demos.shell.visitor import Visitor, example_buttons


def open_with_example(page: gr.Blocks) -> bool:
    """Fills a page with its first example and the recorded answer; whether there is one.

    No model computes: a page opens empty whose example is not recorded, or whose model is not offered here.
    """
    buttons = example_buttons(page)
    if not buttons:
        return False
    visitor, replay = Visitor(page), Replay(only=True)
    with replaying(replay):
        visitor.press(buttons[0])
    if replay.missing or not _offered(visitor):
        return False
    for key in visitor.changed:
        block: Any = page.blocks[key]
        block.value = visitor.values[key]
    for key, properties in visitor.properties.items():
        for name, value in properties.items():
            setattr(page.blocks[key], name, value)
    return True


def _offered(visitor: Visitor) -> bool:
    """Whether every dropdown offers what the visitor chose in it."""
    for key in visitor.changed:
        block = visitor.page.blocks[key]
        if isinstance(block, gr.Dropdown) and not block.allow_custom_value:
            offered = [value for _, value in block.choices]
            if visitor.values[key] not in offered:
                return False
    return True
