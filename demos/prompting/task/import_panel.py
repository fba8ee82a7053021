"""The panel that takes a task's shots or test rows from a file."""

from __future__ import annotations

from html import escape
from typing import Any, Literal

import gradio as gr

from demos.errors import BadInput
from demos.nlp.template import LABEL
from demos.prompting.task.draft import MAX_FIELDS, draft_of_values, fields_of
from demos.prompting.task.editor import Editors, fill
from demos.prompting.task.files import add_rows, columns_of, likely_columns
from demos.prompting.task.rows_import import Imported
from demos.prompting.task.table import CHOICES
from demos.ui import page

SHOWN_PROBLEMS = 50
COLUMNS = MAX_FIELDS + 2
"""Those of a file that are read: one for each field, the label and the choices."""


def import_panel(editors: Editors) -> list[Any]:
    """Rows from a file into the shots or the test rows; returns the events after which the draft is new."""
    with gr.Accordion("Import shots or test rows (CSV, JSON Lines)", open=False):
        file = gr.File(
            label="CSV, TSV or JSON Lines; at most 10 MB and 10,000 rows",
            file_types=[".csv", ".tsv", ".jsonl", ".ndjson"],
            height=120,
        )
        with gr.Row():
            columns = [
                gr.Dropdown([], label="", visible=False, allow_custom_value=False) for _ in range(COLUMNS)
            ]
        with gr.Row():
            to_shots = gr.Button("Add to the shots", interactive=False)
            to_rows = gr.Button("Add to the test rows", interactive=False)
        report = gr.HTML("", padding=False)
    file.change(
        page.visible_errors(offer),
        [file, editors.task[1]],
        [*columns, to_shots, to_rows, report],
        api_visibility="private",
    )
    return [
        button.click(
            page.visible_errors(lambda *values, into=into: added(into, *values)),
            [file, *columns, *editors.all],
            [*editors.all, file, report],
            api_visibility="private",
        )
        for button, into in ((to_shots, "shots"), (to_rows, "rows"))
    ]


def wanted(template: str) -> tuple[str, ...]:
    """What a file's columns can be for."""
    return (*fields_of(template or ""), LABEL, CHOICES)


def offer(path: str | None, template: str) -> list[Any]:
    """Updates of the columns, both buttons and the report for an uploaded file, or for none."""
    if not path:
        hidden = [gr.Dropdown(visible=False)] * COLUMNS
        return [*hidden, *[gr.Button(interactive=False)] * 2, gr.skip()]
    found = columns_of(path)
    likely = likely_columns(found, wanted(template))
    shown = [
        gr.Dropdown(
            [("(none)", ""), *((column, column) for column in found)],
            value=column or "",
            label=f"Column for {name}" + (" (lists, if a row has its own)" if name == CHOICES else ""),
            visible=True,
        )
        for name, column in likely.items()
    ]
    hidden = [gr.Dropdown(visible=False)] * (COLUMNS - len(shown))
    told = f"<p class='stage-notice'>Columns: {escape(', '.join(found))}.</p>"
    return [*shown, *hidden, *[gr.Button(interactive=True)] * 2, told]


def added(into: Literal["shots", "rows"], path: str | None, *values: Any) -> list[Any]:
    """Updates of the editors, the file and the report once its rows are in the draft. Raises BadInput where
    there is no file: a second press may come before the buttons are out of use."""
    if not path:
        raise BadInput("There is no file whose rows could be added.", "Choose one first.")
    chosen, draft = values[:COLUMNS], draft_of_values(values[COLUMNS:])
    mapping = dict(zip(wanted(draft.template), chosen, strict=False))
    new, imported = add_rows(draft, path, mapping, into)
    return [*fill(new), None, _report(imported, "shots" if into == "shots" else "test rows")]


def _report(imported: Imported, where: str) -> str:
    """How many rows were taken, and the others with their lines."""
    count, wrong = len(imported.rows), imported.problems
    told = f"{count:,} row{'' if count == 1 else 's'} added to the {where}."
    if not wrong:
        return f"<p class='stage-notice' role='status'>{told}</p>"
    items = "".join(f"<li>Line {p.line:,}: {escape(p.text)}</li>" for p in wrong[:SHOWN_PROBLEMS])
    more = f"<li>and {len(wrong) - SHOWN_PROBLEMS:,} more</li>" if len(wrong) > SHOWN_PROBLEMS else ""
    left = f"{len(wrong):,} row{'' if len(wrong) == 1 else 's'} left out:"
    listed = f"<ul class='stage-problems'>{items}{more}</ul>"
    return f"<p class='stage-notice' role='status'>{told} {left}</p>{listed}"
