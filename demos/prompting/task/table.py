"""A table of examples in the page's editors: any cells, and columns that follow the template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.errors import BadInput
from demos.nlp.prompt_task import MAX_FIELDS, MAX_ROWS
from demos.nlp.template import LABEL

CHOICES = "choices"
MAX_COLUMNS = 2 * MAX_FIELDS

Cells = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """A table of examples: its columns are the template's fields, `label` and perhaps `choices`."""

    headers: tuple[str, ...] = ()
    data: Cells = ()


def as_values(table: Table) -> dict[str, Any]:
    """The table in Gradio's format, without characters that cannot be sent to a page."""
    head, *rows = ([readable(cell) for cell in row] for row in (table.headers, *table.data))
    return {"headers": head, "data": rows}


def readable(text: str) -> str:
    """Replaces lone surrogates, which cannot be sent to a page, by \ufffd."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def table_of(value: Any) -> Table:
    """A table from Gradio's data frame (pandas in Python, a dictionary in the browser), without empty rows,
    and with short rows filled up. Raises BadInput for a row with more cells than there are columns."""
    if value is None:
        return Table()
    if isinstance(value, dict):
        headers, data = value.get("headers") or (), value.get("data") or ()
    else:
        headers, data = list(value.columns), value.to_numpy().tolist()
    for what, count, most in (("columns", len(headers), MAX_COLUMNS), ("rows", len(data), MAX_ROWS)):
        if count > most:
            raise BadInput(f"A table has {count:,} {what}; the limit is {most:,}.", "Use fewer.")
    rows = []
    for number, row in enumerate(data, 1):
        cells = tuple(map(_cell, row))
        if any(cells[len(headers) :]):
            raise BadInput(
                f"Row {number:,} of a table has {len(cells):,} cells for {len(headers)} columns.",
                "Choose an example, or load a task.",
            )
        if any(cells):
            rows.append((*cells, *[""] * len(headers))[: len(headers)])
    return Table(tuple(map(str, headers)), tuple(rows))


def _cell(value: Any) -> str:
    missing = value is None or value != value  # pandas writes an empty cell as NaN
    return "" if missing else str(value).strip()


def retitled(table: Table, fields: Sequence[str], with_choices: bool) -> Table:
    """The table with the template's fields as columns.

    A new field takes the place of one that is gone, as if it had been renamed; a column without a field stays
    at the end if it has any content.
    """
    old = [name for name in table.headers if name not in (LABEL, CHOICES)]
    gone, new = [n for n in old if n not in fields], [n for n in fields if n not in old]
    names = dict(zip(gone, new, strict=False))
    known = [names.get(name, name) for name in table.headers]
    head = [*fields, LABEL, *([CHOICES] if with_choices else [])]
    columns = {name: [row[i] for row in table.data] for i, name in enumerate(known)}
    head += [name for name, cells in columns.items() if name not in head and any(cells)]
    empty = [""] * len(table.data)
    cells = [columns.get(name, empty) for name in head]
    return Table(tuple(head), tuple(zip(*cells, strict=True)) if table.data else ())
