"""The browser's draft and the link that carries a prompt: nothing of either is kept on the server."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos import page
from demos.prompting.draft import draft_from_json
from demos.prompting.task_editor import Editors, fill


def keep(editors: Editors) -> Any:
    """Save the draft in the browser at every change; returns the event after which it has been restored."""
    gr.on(
        [component.change for component in editors.all],
        None,
        editors.all,
        None,
        js="(...values) => window.stageDraft.save(...values)",
        api_visibility="private",
        queue=False,
    )
    found = gr.Textbox(visible=False)
    button = gr.Button(visible="hidden", elem_id="stage-restore")
    restored = button.click(
        page.visible_errors(_restored),
        [found],
        editors.all,
        js="() => [window.stageDraft.load()]",
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )
    restored.then(None, None, None, js="() => window.stageDraft.begin()")
    return restored


def _restored(found: str) -> list[Any]:
    """What the browser kept."""
    return fill(draft_from_json(found))
