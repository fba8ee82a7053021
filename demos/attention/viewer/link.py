"""A link that opens the viewer with texts. They are in the fragment, so no server sees them."""

from __future__ import annotations

import json
from typing import Any

from demos import contract
from demos.attention.viewer.measure import Selection, check_selection
from demos.errors import BadInput
from demos.links import demo_link, from_fragment
from demos.models.catalog import checkpoint

CARRIED = ("text", "text_pair", "target", "model")


def link_to(selection: Selection) -> str:
    """The address, relative to any page of the gallery, or "" if the texts are too long for a link.

    For an encoder-decoder the link opens cross-attention.
    """
    return demo_link("attention", "see", {name: getattr(selection, name) for name in CARRIED})


def carried(fragment: str) -> Selection:
    """Reads the selection from a link's fragment; raises `BadInput` for anything else."""
    try:
        state = json.loads(from_fragment(fragment))
    except ValueError:
        state = None
    if not isinstance(state, dict) or not set(state) <= set(CARRIED):
        raise BadInput("This link carries no texts that can be shown here.", "Copy the whole link again.")
    selection = contract.parse(Selection, state)
    checkpoint(selection.model)
    check_selection(selection)
    return selection


def receive_drawing(drawn_by: Any) -> None:
    """Lets `?draw=bertviz` in the page's address choose BertViz's drawing."""
    from gradio.context import Context

    page: Any = Context.root_block
    page.load(
        None,
        [drawn_by],
        [drawn_by],
        js='(now) => new URLSearchParams(location.search).get("draw") === "bertviz" ? "head" : now',
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )


def receive(fields: dict[str, Any]) -> Any:
    """Fills the viewer's `fields` from the page's address; returns the event that does so."""
    import gradio as gr

    from demos.ui import page

    def fill(fragment: str) -> list[Any]:
        selection = carried(fragment)
        return [getattr(selection, name) for name in fields]

    found = gr.Textbox(visible=False)
    button = gr.Button(visible="hidden", elem_id="stage-attention-arrive")
    return button.click(
        page.visible_errors(fill),
        [found],
        list(fields.values()),
        js="() => [StageAttentionLink.linked]",
        api_visibility="private",
        show_progress="hidden",
    )
