"""Every module as a tree to fold, with shapes, parameters, memory and FLOPs; everything is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demos.foundations.shapes.picture import coloured, compares
from demos.foundations.shapes.schemas import BYTES, Row, Shapes, ShapesInputs
from demos.foundations.shapes.words import amount, memory
from demos.nlp.wording import counted

OPEN_ROWS = 14
"""A row is open at first if no more than these stand in it."""


def figures(inputs: ShapesInputs, result: Shapes) -> str:
    """The sums, as a list of terms, and what was left out of the configuration."""
    facts = [
        ("parameters", amount(result.parameters)),
        (f"weights as {inputs.precision}", memory(result.weight_bytes)),
        ("FLOPs of this input", amount(result.flops)),
    ]
    if result.cached:
        facts.append((f"keys and values kept, as {inputs.precision}", memory(result.cache_bytes)))
    listed = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(said)}</dd></div>" for term, said in facts)
    notes = "".join(f'<p class="task-note" role="note">{escape(note)}</p>' for note in result.notes)
    return f'<dl class="shapes-figures stage-not-on-slides">{listed}</dl>{notes}'


def tree(inputs: ShapesInputs, result: Shapes) -> str:
    """A row for each module; equal layers are one row, and numbers inside it are of one of them."""
    head = "".join(f"<span>{name}</span>" for name in ("module", "in → out", "parameters", "memory", "FLOPs"))
    inner, _ = _branch(result.rows, 0, inputs, result.rows[0])
    return (
        '<p class="stage-caption stage-not-on-slides">Open a row to see its parts. A row of several equal '
        "layers counts "
        "all of them; the rows inside it count one layer. The shade of a row is its share of the "
        "parameters of the row that it "
        "stands in.</p>"
        f'<div class="stage-scroll"><div class="shapes-tree"><div class="shapes-head" '
        f'aria-hidden="true">{head}</div>{inner}</div></div>'
    )


def _branch(rows: Sequence[Row], start: int, inputs: ShapesInputs, parent: Row) -> tuple[str, int]:
    """The HTML of the row at `start` with all that stands in it, and where the next one begins."""
    row, end = rows[start], start + 1
    inside = []
    while end < len(rows) and rows[end].depth > row.depth:
        html, end = _branch(rows, end, inputs, row)
        inside.append(html)
    line = _line(row, inputs, parent)
    if not inside:
        return f'<div class="shapes-row">{line}</div>', end
    is_open = " open" if len(inside) <= OPEN_ROWS and row.depth < 2 else ""
    return (
        f'<details class="shapes-branch"{is_open}><summary class="shapes-row">{line}</summary>'
        f'<div class="shapes-parts">{"".join(inside)}</div></details>',
        end,
    )


def _line(row: Row, inputs: ShapesInputs, parent: Row) -> str:
    parameters = row.parameters * row.count
    share = min(1.0, parameters / parent.parameters) if parent.parameters else 0.0
    name = row.name or ("" if row.product else "the model")
    times = f"{row.count} × " if row.count > 1 else ""
    called = f", {counted(row.calls, 'call')}" if row.calls > 1 else ""
    shared = f", weights of {row.shared}" if row.shared else ""
    numbers = (
        amount(parameters) if parameters else "–",
        memory(parameters * BYTES[inputs.precision]) if parameters else "–",
        amount(row.flops * row.count) if row.flops else "–",
    )
    cells = "".join(f'<span class="shapes-number">{escape(number)}</span>' for number in numbers)
    return (
        f'<span class="shapes-module" style="--share: '
        f'{share:.3f}"><strong>{times}{escape(row.kind)}</strong> '
        f"<small>{escape(name + called + shared)}</small></span>"
        f"<code>{_flow(row, inputs)}</code>{cells}"
    )


def _flow(row: Row, inputs: ShapesInputs) -> str:
    if not row.calls:
        return "not called"
    if not row.inputs or not row.outputs:
        return "no tensor"
    both = compares(row, inputs)
    into = coloured(row.inputs[0], inputs)
    into += f" × {coloured(row.inputs[1], inputs, both)}" if row.product else ""
    return f"{into} → {coloured(row.outputs[0], inputs, both)}"
