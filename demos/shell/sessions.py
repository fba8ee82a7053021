"""What Gradio remembers of an open page, without a second description of it.

For each page that is opened Gradio describes all components anew, with their last values, so that its own
links could bring them back. It takes the server's loop 6 to 12 ms, and ten times that while a model computes:
in a rush nothing else took as long. The gallery's links stand in the address.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder


class Session(SessionState):
    """Of one open page: what its states hold, and the components that were changed."""

    def __init__(self, blocks: Any) -> None:
        super().__init__(SimpleNamespace(default_config=blocks.default_config, blocks={}))  # type: ignore[arg-type]

    def _update_config(self, key: int) -> None:
        """Nobody reads it."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Nobody reads it."""


class Sessions(StateHolder):
    """Those of a page."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        return super().__getitem__(session_id)


def keep_little(page: App) -> None:
    """Has a page's application remember its sessions so."""
    blocks = page.get_blocks()
    page.state_holder = Sessions()
    page.state_holder.set_blocks(blocks)
