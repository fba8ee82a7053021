"""The picture: what a dummy input becomes, step by step, as bars; equal layers once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from demos.foundations.shapes.schemas import Row, Shapes, ShapesInputs
from demos.ui.guess import Told, ranked, told


@dataclass(frozen=True)
class Card:
    """Steps that stand together: those of one kind of repeated layer, or those between. A step has a name,
    which begins with the part that it stands in."""

    title: str
    steps: tuple[tuple[str, Row], ...]


def picture(inputs: ShapesInputs, result: Shapes) -> str:
    """A card for each part of the model, a bar for each step in it: as wide as the logarithm of the last
    dimension, with the shape in numbers."""
    found = cards(result.rows)
    widest = max((row.outputs[0][-1] for card in found for _, row in card.steps), default=1)
    drawn = "".join(_card(card, widest, inputs) for card in found)
    return (
        '<figure class="shapes-picture"><figcaption>Each step, from top to bottom, with the shape that '
        "comes out of it: "
        '<b class="shapes-batch">texts</b>, <b class="shapes-length">tokens</b>, features. A bar is as '
        "long as the logarithm "
        "of the last number. Striped: the attention's own products, without weights; their first number is "
        "texts × heads. Steps that keep the shape (norms, activations, dropout) are left out."
        f'</figcaption><div class="shapes-cards">{drawn}</div></figure>{told(to_guess(result))}'
    )


def cards(rows: Sequence[Row]) -> list[Card]:
    """The steps that change a shape or have weights, in order, by the layer that they are repeated in."""
    found: list[tuple[str, list[tuple[str, Row]]]] = []
    layer: Row | None = None
    parents: list[Row] = []
    for row in rows:
        del parents[row.depth :]
        parents.append(row)
        if layer is not None and row.depth <= layer.depth:
            layer = None
        if layer is None and (row.count > 1 or (row.calls > 1 and not row.leaf)):
            layer = row
        if not _is_step(row):
            continue
        title = _title(layer) if layer else _half(parents)
        if not found or found[-1][0] != title:
            found.append((title, []))
        found[-1][1].append((_named(row, parents, layer), row))
    return [Card(title, tuple(steps)) for title, steps in found]


def to_guess(result: Shapes) -> Told:
    """The step with most FLOPs in one of the parts that have several: the part that has most. Steps of one
    name are numbered."""
    parts = [card for card in cards(result.rows) if len(card.steps) > 1]
    if not parts:
        return None
    part = max(parts, key=lambda card: sum(row.flops for _, row in card.steps))
    names = [name for name, _ in part.steps]
    choices = [
        f"{name} {names[:i].count(name) + 1}" if names.count(name) > 1 else name
        for i, name in enumerate(names)
    ]
    asked = f"{part.title}: which step takes most FLOPs for this input?"
    return ranked(choices, [float(row.flops) for _, row in part.steps], asked)


def _is_step(row: Row) -> bool:
    """Whether a row has no parts and changes the shape, or multiplies by weights."""
    if not row.leaf or not row.outputs or not row.outputs[0]:
        return False
    return (
        row.product
        or row.flops > 0
        or (bool(row.parameters or row.shared) and row.inputs[:1] != row.outputs[:1])
    )


def _named(row: Row, parents: Sequence[Row], layer: Row | None) -> str:
    parent = parents[-2] if len(parents) > 1 else None
    name = "product" if row.product else row.name
    if parent is None or parent is layer or parent.depth == 0:
        return name
    return f"{parent.name.rpartition('.')[2]}.{name}"


def _title(layer: Row) -> str:
    if layer.count > 1:
        return f"{layer.count} × {layer.kind} ({layer.name})"
    return f"{layer.kind}, called {layer.calls} times ({layer.name})"


def _half(parents: Sequence[Row]) -> str:
    return next((f"In the {row.name}" for row in parents if row.name in ("encoder", "decoder")), "Once")


def _card(card: Card, widest: int, inputs: ShapesInputs) -> str:
    steps = "".join(_step(name, row, widest, inputs) for name, row in card.steps)
    return f'<section><h4>{escape(card.title)}</h4><ol role="list">{steps}</ol></section>'


def _step(name: str, row: Row, widest: int, inputs: ShapesInputs) -> str:
    out = row.outputs[0]
    share = math.log1p(out[-1]) / math.log1p(widest)
    kind = "no weights" if row.product else row.kind
    both = compares(row, inputs)
    marked = ' class="shapes-compares"' if both else ""
    return (
        f'<li{marked}><span class="shapes-name">{_breakable(name)} <small>{escape(kind)}</small></span>'
        f'<span class="shapes-bar{" shapes-product" if row.product else ""}" style="--share: '
        f'{share:.3f}"><i></i></span>'
        f"<code>{coloured(out, inputs, both)}</code></li>"
    )


def _breakable(name: str) -> str:
    """A name that may go on in the next line behind a dot or an underscore."""
    return escape(name).replace(".", ".<wbr>").replace("_", "_<wbr>")


def compares(row: Row, inputs: ShapesInputs) -> bool:
    """Whether a product compares tokens with tokens, so that its last number is a length: it sums over
    features. False where the length is also the width of a head, and nobody can tell."""
    return row.product and row.inputs[0][-1] not in (inputs.length, inputs.target)


def coloured(sizes: Sequence[int], inputs: ShapesInputs, to_the_last: bool = False) -> str:
    """A shape as HTML, in which the batch and the lengths are told apart from the features by colour: the
    first number if it is the batch, those between, and the last of two or where it is said to be a length."""
    parts = []
    for place, size in enumerate(sizes):
        kind = ""
        if place == 0 and size == inputs.batch:
            kind = "shapes-batch"
        elif size in (inputs.length, inputs.target) and (
            to_the_last or place < len(sizes) - 1 or len(sizes) == 2
        ):
            kind = "shapes-length"
        parts.append(f'<b class="{kind}">{size}</b>' if kind else str(size))
    return f"[{', '.join(parts)}]"
