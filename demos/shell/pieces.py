"""The parts of an answer as its page shows them, for pages that stand without a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import gradio as gr

from demos.shell.visitor import Visitor, moves_answered
from demos.ui.form import form_of

LEFT_OUT = {"stage-freshness", "stage-examples", "stage-steps-of-page", "stage-guess"}
"""Classes of what belongs to the form, not to the answer."""


@dataclass(frozen=True)
class Piece:
    """One part of an answer, in the page's order.

    html: its markup; payload and script: what a drawing's script draws, and that script as Gradio runs it
    (`js_on_load`); moves: the answers to the drawing's requests, each as name, request and answer.
    """

    html: str
    payload: Any = None
    script: str = ""
    moves: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True)
class Scene:
    """An answer with its inputs: what a page shows after an example was pressed.

    label: the example's; inputs: label and value of the form's fields that are filled; about: the texts among
    them that an audience needs to see; view: what of the drawings is looked at, as the address carries it.
    """

    label: str
    inputs: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]
    about: tuple[str, ...] = ()
    view: Mapping[str, Any] = field(default_factory=dict)


def scene(visitor: Visitor, label: str = "", blocks: Sequence[Any] = ()) -> Scene:
    """What the visitor sees in `blocks`, by default in the whole page, without its form."""
    form = form_of(visitor.page)
    moves = moves_answered(visitor)
    left_out = {field._id for field in form.fields.values()}
    inside = blocks or visitor.page.children
    found = tuple(piece for block in inside for piece in _pieces(block, visitor, moves, left_out))
    about = [visitor.values[one._id] for one in form.about if _visible(one, visitor)]
    filled = tuple(_filled(visitor, list(form.fields.values())))
    return Scene(label, filled, found, tuple(filter(None, about)))


def _pieces(block: Any, visitor: Visitor, moves: Any, form: set[int]) -> Iterator[Piece]:
    if not _visible(block, visitor) or LEFT_OUT & set(getattr(block, "elem_classes", None) or ()):
        return
    if block._id in form:
        return
    value = visitor.values.get(block._id)
    if isinstance(block, gr.Accordion):
        inside = [p for child in block.children for p in _pieces(child, visitor, moves, form)]
        if inside and all(not piece.script for piece in inside):
            body = "".join(piece.html for piece in inside)
            yield Piece(f"<details><summary>{escape(str(block.label))}</summary>{body}</details>")
    elif isinstance(block, gr.HTML):
        yield from _html(block, value, moves.get(block._id, ()))
    elif isinstance(block, gr.Code) and value:
        yield Piece(f'<pre tabindex="0"><code>{escape(str(value))}</code></pre>')
    elif isinstance(block, gr.Textbox) and value and block.interactive is False:
        label = f'<p class="stage-label">{escape(str(block.label))}</p>' if block.label else ""
        yield Piece(f'{label}<p class="page-text" dir="auto">{escape(str(value))}</p>')
    else:
        for child in getattr(block, "children", ()):
            yield from _pieces(child, visitor, moves, form)


def _html(block: gr.HTML, value: Any, moves: Sequence[Any]) -> Iterator[Piece]:
    if block.html_template == "${value}":
        if value:
            yield Piece(f'<div class="{" ".join(block.elem_classes or ())}">{value}</div>')
    elif value is not None:
        name = f' id="{escape(block.elem_id, quote=True)}"' if block.elem_id else ""
        name += f' class="{escape(" ".join(block.elem_classes or ()), quote=True)}"'
        yield Piece(
            f"<section{name}>{block.html_template}</section>", value, block.js_on_load or "", tuple(moves)
        )


def _visible(block: Any, visitor: Visitor) -> bool:
    properties = visitor.properties.get(block._id, {})
    return properties.get("visible", getattr(block, "visible", True)) is True


def _filled(visitor: Visitor, fields: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Label and value of each filled field, as the visitor reads them; settings only if they were changed."""
    for one in fields:
        value = visitor.values.get(one._id)
        if isinstance(value, dict | list) or value in (None, "", False) or not _visible(one, visitor):
            continue
        chosen = isinstance(one, gr.Textbox) or one.label == "Model"
        if not chosen and one._id not in visitor.changed:
            continue
        choices = {choice: name for name, choice in getattr(one, "choices", None) or ()}
        label = visitor.properties.get(one._id, {}).get("label", one.label)
        yield str(label or ""), str(choices.get(value, "yes" if value is True else value))
