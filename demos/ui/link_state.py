"""Links that open a page as it was: its form's values and its view, in the address's fragment.

The browser makes them (assets/js/shell/link.js), so that no server sees what was typed until the link is
opened. Here they are read, and every value is checked as if it had been typed.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from html import escape
from typing import Any

import gradio as gr
from gradio.context import Context

from demos.errors import BadInput
from demos.fields import InputField, fields_of
from demos.links import MAX_BYTES, from_fragment
from demos.ui.page import for_outputs, visible_errors

MAX_TABLE = 200
MAX_CELL = 20_000
"""Rows, and characters of a cell, of a table in a link."""

OTHER = "It was made for another demo, or by another version of the gallery."


def remember(fields: Mapping[str, Any]) -> None:
    """Tells the page's script the form's values, at the start and whenever they change."""
    root: Any = Context.root_block
    quiet: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    js = f"(...values) => StageLink.remember({json.dumps(list(fields))}, values)"
    components = list(fields.values())
    gr.on([component.change for component in components], None, components, None, js=js, **quiet)
    if root is not None:
        root.load(None, components, None, js=js, **quiet)


def arrival(fields: Mapping[str, Any], inputs_type: type) -> Any:
    """Fills `fields` (name -> component) from the page's address; returns the event that does so.

    The page's script presses the button when the address carries a state.
    """
    found = gr.Textbox(visible=False, elem_id="stage-linked")
    button = gr.Button(visible="hidden", elem_id="stage-arrive")
    return button.click(
        visible_errors(lambda fragment: for_outputs(filled(fragment, fields, inputs_type))),
        [found],
        list(fields.values()),
        js="() => [StageLink.sent()]",
        trigger_mode="always_last",  # a tour, or Back, may go on before the form is filled
        api_visibility="private",
        show_progress="hidden",
    )


def filled(fragment: str, fields: Mapping[str, Any], inputs_type: type) -> list[Any]:
    """The values of the components for a link's fragment; those that the link does not name stay.

    Raises `BadInput` for a fragment that is damaged or of another demo. What is not offered here, such as a
    model, stays as it is too, and the visitor is told.
    """
    given = inputs_in(fragment)
    if unknown := sorted(given.keys() - fields.keys()):
        raise BadInput(f"This link has {', '.join(unknown)[:80]!r}, which this page does not have.", OTHER)
    known = fields_of(inputs_type)
    return [
        _value(given[name], component, known.get(name)) if name in given else gr.skip()
        for name, component in fields.items()
    ]


def inputs_in(fragment: str) -> dict[str, Any]:
    """The form's values that a link's fragment carries; raises `BadInput` if it is damaged.

    The page's own script sends the state as JSON, not packed, where it is not for a link.
    """
    plain = (fragment or "").startswith("{") and len(fragment) <= MAX_BYTES
    try:
        state = json.loads(fragment if plain else from_fragment(fragment or ""))
    except (ValueError, RecursionError):
        state = None
    inputs = state.get("inputs") if isinstance(state, dict) else None
    if not isinstance(inputs, dict):
        raise BadInput("This link carries nothing that can be shown here.", "Copy the whole link again.")
    return inputs


def _value(value: Any, component: Any, field: InputField | None) -> Any:
    if isinstance(component, gr.Dropdown | gr.Radio):
        return _choice(value, component)
    if isinstance(component, gr.Dataframe):
        return _table(value)
    if field is None:
        if not isinstance(value, bool if isinstance(component, gr.Checkbox) else str):
            raise BadInput(f"The link's value of {component.label!r} cannot be read.", OTHER)
        return value
    if isinstance(value, str) and typing.get_origin(_bare(field.hint)) is tuple:
        field.valid([line.strip() for line in value.splitlines() if line.strip()])
        return value
    return field.valid(value)


def _choice(value: Any, component: Any) -> Any:
    offered = [choice for _, choice in component.choices]
    if getattr(component, "multiselect", False):
        return _choices(value if isinstance(value, list) else [value], offered, component)
    if value in offered or (isinstance(value, str) and getattr(component, "allow_custom_value", False)):
        return value
    _not_offered(value, component, "so it stays")
    return gr.skip()


def _choices(values: list[Any], offered: list[Any], component: Any) -> Any:
    """Those of several choices that are offered, as many as may be chosen."""
    kept = [value for value in values if value in offered][: component.max_choices]
    if missing := [value for value in values if value not in kept]:
        _not_offered(missing[0], component, "so it is left out" if kept else "so nothing changes")
    return kept or gr.skip()


def _not_offered(value: Any, component: Any, then: str) -> None:
    told = f"{component.label}: the link's choice, {str(value)[:80]!r}, is not offered here, {then}."
    gr.Warning(escape(told), title="Not all of this link can be shown")


def _table(value: Any) -> dict[str, Any]:
    headers, data = (value.get("headers"), value.get("data")) if isinstance(value, dict) else (None, None)
    if not (
        isinstance(headers, list)
        and isinstance(data, list)
        and len(data) <= MAX_TABLE
        and 1 <= len(headers) <= 20
        and all(isinstance(row, list) and len(row) == len(headers) for row in data)
        and all(isinstance(cell, str) and len(cell) <= MAX_CELL for row in [headers, *data] for cell in row)
    ):
        raise BadInput("A table of this link cannot be read.", "Copy the whole link again.")
    return {"headers": headers, "data": data}


def _bare(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint
