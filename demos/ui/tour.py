"""Tours: a few chunks of text that drive a page's own controls, forwards and backwards.

A tour is data, `assets/tours/<slug>.toml`; a page that continues another demo (`step_of`) has that one's:

    title = "What one word can see"

    [[chunk]]
    text = "Plain text, one or two sentences."
    example = "Negation"                  # the form holds what this example fills in, and is answered
    fill = { model = "minilm-sentiment" } # and these fields something else, by their names in a link
    view = { gap = 3, open = ["How to read this"] }  # what of the answer is looked at, as a link has it
    press = ["Uniform"]                   # buttons of the answer, pressed when it is there
    point = "text"                        # a field, "ask", "example", "examples", "answer", "#id" or ".class"
    page = "trial-rankings"               # another page of the same demo

Every chunk stands for the whole state of its page, so that going back restores it: what a chunk does not
name is as in the chunk before it on that page, except `press` and `point`; an `example` begins anew. The
state is a link's, and the page's script brings it about as it opens a link. A view that one chunk names, all
chunks of the page name, or going back would not restore it; so what one chunk presses, those beside it undo.
"""

from __future__ import annotations

import json
import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from demos.errors import BadInput, StageError
from demos.fields import parse
from demos.models.catalog import ASSETS
from demos.ui.form import Form
from demos.ui.link_state import filled

log = logging.getLogger(__name__)

FOLDER = ASSETS / "tours"
PLACES = {
    "ask": "button.primary",
    "examples": ".stage-examples",
    "answer": ".stage-step",
    "tools": ".stage-tools",
}
"""What a chunk may point at besides fields, and how the page's script finds it."""

Short = Annotated[str, Field(max_length=80)]


class NotHere(StageError):
    """A tour needs an example whose model is not offered here."""


@dataclass(frozen=True)
class Chunk:
    """One stop of a tour; see the top of this module."""

    text: Annotated[str, Field(min_length=1, max_length=400)]
    example: Short = ""
    fill: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)
    press: tuple[Short, ...] = ()
    point: Short = ""
    page: Short = ""


@dataclass(frozen=True)
class Tour:
    """A title, and the stops in order."""

    title: Short
    chunk: Annotated[tuple[Chunk, ...], Field(min_length=1, max_length=12)]


def read_tour(path: Path) -> Tour:
    """Raises `BadInput`, naming the file, for one that is no TOML or no tour."""
    try:
        return parse(Tour, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"The tour {path.name} cannot be read: {error}.") from None
    except BadInput as error:
        raise BadInput(f"The tour {path.name} cannot be read: {error.problem}", error.remedy) from None


def tour_html(slug: str, of: str, form: Form) -> str:
    """The button that begins the tour of the demo `of` on the page `slug`, "" if there is none; a sentence in
    its place if the file is broken."""
    path = FOLDER / f"{of}.toml"
    if not path.is_file():
        return ""
    try:
        tour = read_tour(path)
        data = {"title": tour.title, "chunks": stops(tour, slug, of, form)}
    except NotHere:
        return ""
    except StageError as error:
        log.error("%s", error)
        return f'<span class="stage-tour-broken" role="note">{escape(str(error))}</span>'
    told = escape(json.dumps(data), quote=True)
    return f'<button type="button" class="stage-tour-open" data-tour="{told}">Tour</button>'


def stops(tour: Tour, slug: str, of: str, form: Form) -> list[dict[str, Any]]:
    """The chunks as the script of the page `slug` reads them; those of other pages only say where they are.

    Marks the fields of the form, so that they can be pointed at. Raises `BadInput` for an example, a field, a
    value or a place that this page does not have, and `NotHere` if an example's model is not offered.
    """
    for name, component in form.fields.items():
        component.elem_classes = [*component.elem_classes, f"stage-field-{name}"]
    found, inputs, view = [], dict[str, Any](), dict[str, Any]()
    for number, chunk in enumerate(tour.chunk, 1):
        if (chunk.page or of) != slug:
            found.append({"text": chunk.text, "page": chunk.page or of})
            continue
        try:
            if chunk.example or not inputs:
                inputs, view = _of_example(chunk.example, form), {}
            inputs, view = {**inputs, **chunk.fill}, {**view, **chunk.view}
            _check(inputs, form)
            place = _place(chunk, form)
        except BadInput as error:
            raise BadInput(f"Chunk {number} of the tour {of}.toml: {error.problem}", error.remedy) from None
        found.append({"text": chunk.text, "inputs": inputs, "view": view, "press": chunk.press, **place})
    return found


def _of_example(label: str, form: Form) -> dict[str, Any]:
    """What an example fills in; by default the first one, with which the page opens."""
    label = label or next(iter(form.examples), "")
    if label not in form.examples:
        raise BadInput(f"There is no example {label!r}.", f"The examples are: {', '.join(form.examples)}.")
    values = form.examples[label]
    if values is None:
        raise NotHere(f"The model of the example {label!r} is not offered here.")
    return values()


def _check(inputs: Mapping[str, Any], form: Form) -> None:
    for name, value in inputs.items():
        component = form.fields.get(name)
        if component is None:
            raise BadInput(f"There is no field {name!r}.", f"The fields are: {', '.join(form.fields)}.")
        offered = [choice for _, choice in getattr(component, "choices", None) or ()]
        if offered and value not in offered:
            raise BadInput(f"{value!r} is not offered in the field {name!r}.")
    assert form.inputs_type
    filled(json.dumps({"inputs": dict(inputs)}), form.fields, form.inputs_type)


def _place(chunk: Chunk, form: Form) -> dict[str, str]:
    """How the script finds what a chunk points at: a selector, or the label of an example."""
    point = chunk.point
    if point == "example":
        return {"button": chunk.example}
    if point in form.fields:
        return {"point": f".stage-field-{point}"}
    if point and point not in PLACES and point[0] not in ".#":
        raise BadInput(
            f"There is nothing called {point!r} to point at.", f"Name {', '.join(PLACES)} or a field."
        )
    return {"point": PLACES.get(point, point)}
