"""What a page says of its form while it is laid out; links, slides and saved pages ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from gradio.context import Context


@dataclass
class Form:
    """fields: the components that a link carries, by name; about: those whose text an audience needs to see
    where an answer does not show it, since the form is not on a slide. examples: by label, what returns the
    values that an example fills in, by field; None if its model is not offered. inputs_type: of the first."""

    fields: dict[str, Any] = field(default_factory=dict)
    about: list[Any] = field(default_factory=list)
    examples: dict[str, Callable[[], dict[str, Any]] | None] = field(default_factory=dict)
    inputs_type: type | None = None

    def names(self, components: Sequence[Any]) -> dict[int, str]:
        """The names of these components in a link, by id; none unless the form's first field, which an answer
        of the page's own is made for, is among them."""
        named = {component._id: name for name, component in self.fields.items()}
        found = {one._id: named[one._id] for one in components if one._id in named}
        return found if next(iter(named), None) in found else {}


def form_of(page: gr.Blocks | None) -> Form:
    """The form of a page."""
    if page is None:
        return Form()
    if not hasattr(page, "stage_form"):
        page.stage_form = Form()  # type: ignore[attr-defined]
    return page.stage_form  # type: ignore[attr-defined]


def form_here() -> Form:
    """The form of the page that is being laid out."""
    return form_of(Context.root_block)
