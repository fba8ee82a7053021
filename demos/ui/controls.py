"""Components for fields of the inputs: label, limits and first value come from the field."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import gradio as gr
from gradio.components import Component

from demos.errors import BadInput
from demos.fields import fields_of

Control = TypeVar("Control", bound=Component)


def control(kind: type[Control], inputs_type: type, name: str, **more: Any) -> Control:
    """A component of class `kind` for one field of an inputs dataclass; `more` adds what the field does not
    say or replaces it on the page, for example with a narrower limit."""
    field = fields_of(inputs_type)[name]
    facts: dict[str, Any] = {"label": field.title}
    if field.default is not dataclasses.MISSING and field.default != "":
        facts["value"] = field.default
    if issubclass(kind, gr.Slider | gr.Number):
        limits = {"minimum": field.bounds.get("ge"), "maximum": field.bounds.get("le")}
        facts |= {end: limit for end, limit in limits.items() if limit is not None}
    if issubclass(kind, gr.Slider) and isinstance(field.default, int):
        facts["step"] = 1
    return kind(**facts | more)


def whole_number(value: Any, otherwise: int = 0) -> int:
    """What a page sends for a number, `otherwise` for nothing; raises `BadInput` if it is none."""
    try:
        return int(value or otherwise)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput("What was sent for a number is none.", "Load the page again.") from error
