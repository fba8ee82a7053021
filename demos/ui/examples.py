"""The examples of a page: a row of buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import gradio as gr

from demos.contract import Example
from demos.model_choice import to_be_had
from demos.models.catalog import catalog
from demos.ui.form import form_here
from demos.ui.link_state import arrival, remember
from demos.ui.page import for_outputs
from demos.ui.replayed import mark_example


def examples_row(
    rows: Sequence[Example],
    fields: Mapping[str, Any],
    fill: Callable[[Any], list[Any]] | None = None,
    more: Mapping[str, Any] | None = None,
    linked: bool = True,
) -> list[Any]:
    """A row of buttons, each filling `fields` (name of an inputs field -> component); returns the events,
    and with them the one that fills the form from the page's address.

    `fill(inputs)` returns the values of all fields where they differ from those of the inputs. A link carries
    the fields, and those in `more`, unless the page is not `linked`, since it has links of its own. Examples
    of a model whose weights cannot be had here are left out.
    """
    events = []
    with gr.Row(elem_classes="stage-examples"):
        gr.HTML("Try", padding=False)
        for row in filter(_has_its_model, rows):
            values = None if fill else list(_values(row, fields).values())
            button = gr.Button(row.label, size="sm", min_width=60, scale=0)
            events.append(
                button.click(
                    lambda values=values, inputs=row.inputs: for_outputs(fill(inputs) if fill else values),
                    None,
                    list(fields.values()),
                    api_visibility="private",
                    queue=False,
                    show_progress="hidden",
                )
            )
    carried, form = {**fields, **(more or {})}, form_here()
    form.fields.update(carried)
    form.inputs_type = type(rows[0].inputs)
    for row in rows:
        form.examples[row.label] = partial(_values, row, fields, fill) if _has_its_model(row) else None
    if linked:
        remember(carried)
        events.append(arrival(carried, type(rows[0].inputs)))
    for event in events:
        mark_example(event)
    return events


def _has_its_model(row: Example) -> bool:
    entry = catalog().get(getattr(row.inputs, "model", ""))
    return entry is None or to_be_had(entry)


def _values(
    row: Example, fields: Mapping[str, Any], fill: Callable[[Any], list[Any]] | None = None
) -> dict[str, Any]:
    """What an example fills in, by field."""
    if fill:
        return dict(zip(fields, fill(row.inputs), strict=True))
    return {name: _shown(getattr(row.inputs, name)) for name in fields}


def _shown(value: Any) -> Any:
    """Shows several texts in a textbox, one per line."""
    return "\n".join(value) if isinstance(value, tuple) else value
