"""The part of the page where a task is written, loaded and saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demos.errors import BadInput
from demos.nlp.prompt_task import task_to_json
from demos.nlp.template import LABEL
from demos.prompting.task.draft import (
    MAX_FIELDS,
    Draft,
    draft_of_task,
    draft_of_values,
    fields_of,
    shown,
    task_of_draft,
    values_of_draft,
)
from demos.prompting.task.files import read_task
from demos.prompting.task.table import Table, as_values, retitled, table_of
from demos.ui import page
from demos.ui.freshness import Answer
from demos.ui.stop_button import StopButton

EMPTY = Draft(
    template="Text: {text}\nLabel: {label}",
    shots=Table(("text", LABEL), (("", ""),)),
    rows=Table(("text", LABEL), (("", ""),)),
)


@dataclass(frozen=True)
class Editors:
    """The components that hold a draft, in the order of `Draft`."""

    task: tuple[Any, ...]
    query: tuple[Any, ...]
    choices: Any
    settings: tuple[Any, ...]

    @property
    def all(self) -> list[Any]:
        return [*self.task, *self.query, self.choices, *self.settings]

    def answer(
        self, ask: str, stop: StopButton | None = None, more: Sequence[Any] = (), quiet: bool = False
    ) -> Answer:
        """An answer to the draft that test rows do not make old; `more` fields come first."""
        return Answer([*more, *self.all], ask, stop, [self.task[-1]], quiet, self.query)


def query_boxes(draft: Draft) -> tuple[tuple[Any, ...], Any]:
    """One box per field of the template, and one for the query's own choices."""
    names = [*fields_of(draft.template), *[""] * MAX_FIELDS][:MAX_FIELDS]
    boxes = tuple(
        gr.Textbox(value, label=name, visible=bool(name), lines=1, max_lines=8)
        for name, value in zip(names, draft.query, strict=True)
    )
    choices = gr.Textbox(
        draft.choices,
        label="Choices of this query, separated by commas: the task has no labels",
        visible=False,
    )
    return boxes, choices


def task_boxes(draft: Draft) -> tuple[Any, ...]:
    """Instruction, template, labels, shots and test rows."""
    with gr.Row():
        instruction = gr.Textbox(draft.instruction, label="Instruction", lines=2)
        template = gr.Textbox(draft.template, label="Template", lines=2)
        labels = gr.Textbox(draft.labels, label="Labels (label: word, other word)", lines=2)
    values = values_of_draft(draft)
    shots = gr.Dataframe(
        values[3], label="Shots, the first ones first", interactive=True, wrap=True, max_height=320
    )
    more_shots = gr.Button("Add a shot", size="sm")
    rows = gr.Dataframe(
        values[4],
        label="Test rows, for the experiments (never shown as shots)",
        interactive=True,
        wrap=True,
        max_height=320,
    )
    more_rows = gr.Button("Add a test row", size="sm")
    for button, table in ((more_shots, shots), (more_rows, rows)):
        page.at_once([button.click], with_row, [table], [table])
    return instruction, template, labels, shots, rows


def with_row(table: Any) -> dict[str, Any]:
    """A table with an empty row at its end: Gradio does not show its own new row in a table from Python."""
    old = table_of(table)
    return as_values(Table(old.headers, (*old.data, ("",) * len(old.headers))))


def fill(draft: Draft) -> list[Any]:
    """Updates of all components of `Editors`; hides boxes for which the template has no field."""
    draft = shown(draft)
    head, tail = values_of_draft(draft)[:5], values_of_draft(draft)[-3:]
    try:
        names = fields_of(draft.template)
    except BadInput:  # an unfinished template: its query boxes stay as they are
        boxes = [gr.Textbox(value=value) for value in draft.query]
    else:
        padded = [*names, *[""] * MAX_FIELDS][:MAX_FIELDS]
        boxes = [
            gr.Textbox(value=value, label=name, visible=bool(name))
            for name, value in zip(padded, draft.query, strict=True)
        ]
    choices = gr.Textbox(value=draft.choices, visible=not draft.labels.strip())
    return [*head, *boxes, choices, *tail]


def retitle(*values: Any) -> list[Any]:
    """The same draft with the template's fields as columns and boxes; no change while it cannot be parsed."""
    draft = draft_of_values(values)
    try:
        names = fields_of(draft.template)
    except BadInput:
        return [gr.skip() for _ in values]
    own = not draft.labels.strip()
    padded = [*names, *[""] * MAX_FIELDS][:MAX_FIELDS]
    boxes = [gr.Textbox(label=name, visible=bool(name)) for name in padded]
    tables = [_retitled(table, names, own) for table in (draft.shots, draft.rows)]
    untouched = [gr.skip()] * 3
    return [*untouched, *tables, *boxes, gr.Textbox(visible=own), *untouched]


def _retitled(table: Table, names: tuple[str, ...], own: bool) -> Any:
    new = retitled(table, names, own)
    if new.headers == table.headers:
        return gr.skip()
    return as_values(Table(new.headers, new.data or (("",) * len(new.headers),)))


def file_panel(editors: Editors) -> list[Any]:
    """Loads and saves the task as JSON, or empties it; returns the events after which the draft is new."""
    with gr.Row():
        upload = gr.File(label="Load a task (JSON)", file_types=[".json"], height=120)
        with gr.Column():
            save = gr.Button("Save the task (JSON)")
            empty = gr.Button("Begin with an empty task")
    text = gr.Textbox(visible=False)

    def load(path: str | None, *values: Any) -> list[Any]:
        if path is None:
            raise BadInput("There is no file.", "Choose a task that was saved as JSON.")
        settings = draft_of_values(values)
        return fill(draft_of_task(read_task(path), settings.k, settings.style, settings.model))

    made = save.click(
        page.visible_errors(lambda *values: task_to_json(task_of_draft(draft_of_values(values)))),
        editors.all,
        text,
        api_visibility="private",
    )
    made.success(None, text, None, js="(text) => StageDraft.download('task.json', text)")
    emptied = editors.all[:-3]  # model, format and k stay
    return [
        *page.at_once([empty.click], lambda: fill(EMPTY)[:-3], [], emptied),
        upload.upload(
            page.visible_errors(load), [upload, *editors.all], editors.all, api_visibility="private"
        ),
    ]
