"""The browser's draft and the link that carries a prompt: the server keeps neither."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.links import to_fragment
from demos.prompting.task.draft import draft_from_browser, draft_of_values, draft_to_json
from demos.prompting.task.editor import Editors, fill
from demos.ui import page
from demos.ui.freshness import Answer

LINK_QUEUE = "link"


def keep(editors: Editors) -> Any:
    """Saves the draft in the browser at every change; returns the event after which it has been restored."""
    gr.on(
        [component.change for component in editors.all],
        None,
        editors.all,
        None,
        js="(...values) => StageDraft.save(...values)",
        api_visibility="private",
        queue=False,
    )
    found = gr.Textbox(visible=False, elem_id="stage-linked")
    button = gr.Button(visible="hidden", elem_id="stage-restore")
    restored = button.click(
        page.visible_errors(_restored),
        [found],
        editors.all,
        js="() => [StageDraft.load()]",
        api_visibility="private",
        show_progress="hidden",
    )
    restored.then(None, None, None, js="() => StageDraft.begin()")
    return restored


def _restored(found: str) -> list[Any]:
    draft = draft_from_browser(found)
    if "\ufffd" in draft_to_json(draft):
        gr.Warning(
            "Half of a surrogate pair is no character: it stands as \ufffd.",
            title="Not all of the draft can be read",
        )
    return fill(draft)


def link_panel(editors: Editors) -> None:
    """Lays out a link that carries the whole draft."""
    with gr.Row():
        make = gr.Button("Make a link that carries this prompt")
        link = gr.Textbox(
            label="Link: who opens it sees this task, these shots and this query",
            interactive=False,
            buttons=["copy"],
            lines=1,
            max_lines=3,
            scale=2,
        )
    fragment = gr.Textbox(visible=False)
    carried = Answer(editors.all, "Make a link that carries this prompt")
    made = carried.on(
        [make.click],
        lambda *values: ("", to_fragment(draft_to_json(draft_of_values(values)))),
        [link, fragment],
        LINK_QUEUE,
    )
    made.success(None, fragment, link, js="(fragment) => StageDraft.address(fragment)")
