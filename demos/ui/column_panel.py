"""The panel "A whole column": a CSV file in, the same with answers out, watched and stopped on the page."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from demos.contract import Endpoint, Run
from demos.csv_table import Table, read_table
from demos.errors import BadInput, OverBudget, StageError
from demos.nlp.csv_batch import Batch, ColumnInputs, Progress, begin, column_endpoint
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.freshness import Answer
from demos.ui.stop_button import StopButton

COLUMN_QUEUE = "column"
LISTED = 20


def column_panel(
    run: Run, endpoint: Endpoint, batch: Batch, inputs: Callable[..., Any], fields: Mapping[str, Any]
) -> None:
    """Lays out the panel; `inputs(*values)` makes the task's inputs from the values of `fields`.

    The values of `batch.field` come from the file, so the page's own value for it is ignored.
    """
    whole = column_endpoint(endpoint, batch)
    with gr.Accordion("A whole column", open=False):
        gr.Markdown(
            "Upload a CSV file with names of columns in its first line, at most 10 MB and 10,000 rows. You "
            "get it back with an answer in every row; where there is none, the row says why."
        )
        with gr.Row():
            upload = gr.File(label="CSV file", file_types=[".csv", ".tsv"], height=130)
            column = gr.Dropdown([], label="Column of texts", interactive=True)
        with gr.Row():
            start = gr.Button("Answer every row", variant="primary")
            stop = StopButton("Stop and keep what is done")
        kept = Answer([upload, column, *fields.values()], "Answer every row", stop, [fields[batch.field]])
        status = gr.HTML("", padding=False, elem_classes="task-answer")
        file = gr.File(label="Answers", interactive=False, visible=False)

    def answered(path: str | None, column: str, *values: Any) -> Iterator[tuple[str, Any]]:
        yield "", gr.File(visible=False)
        if path is None:
            raise BadInput("There is no file yet.", "Upload a CSV file first.")
        progress, texts = begin(read_table(Path(path).read_bytes()), column)
        asked = inputs(*values)
        begun, over = time.monotonic(), ""
        try:
            yield under_way(progress, 0), gr.skip()
            for part in run.stream(whole, ColumnInputs(asked, texts, asked.model)) if texts else ():
                progress.take(part, batch.columns)
                yield under_way(progress, time.monotonic() - begun), gr.skip()
        except Stopped:
            pass  # what is done is kept
        except OverBudget as error:
            over = str(error)
        target = Path(file.GRADIO_CACHE) / secrets.token_hex(16) / f"{Path(path).stem}-{endpoint.name}.csv"
        yield summary(progress, _save(progress, target), over), gr.File(str(target), visible=True)

    upload.change(
        page.visible_errors(uploaded), upload, [column, status], api_visibility="private", queue=False
    )
    kept.on([start.click], answered, [status, file], COLUMN_QUEUE)


def uploaded(path: str | None) -> tuple[Any, str]:
    """The choice of columns and a word about the file, or neither once it is taken away."""
    if path is None:
        return gr.Dropdown([], value=None), ""
    table = read_table(Path(path).read_bytes())
    return gr.Dropdown(list(table.columns), value=likely_column(table)), found(table)


def _save(progress: Progress, target: Path) -> int:
    """Write the answers as a CSV file in a folder of its own; returns how many cells got an apostrophe."""
    written, quoted = progress.written()
    try:
        target.parent.mkdir(parents=True)
        # The mark in front tells spreadsheet programs that this is UTF-8.
        target.write_text(written, encoding="utf-8-sig", newline="")
    except OSError as error:
        shutil.rmtree(target.parent, ignore_errors=True)
        raise StageError(
            f"The file with the answers cannot be stored here: {error.strerror or error}.",
            "Ask again when there is room.",
        ) from error
    return quoted


def likely_column(table: Table) -> str:
    """The column called "text" if there is one, otherwise the one with the longest cells."""
    named = {name.lower(): name for name in table.columns}
    sizes = [sum(len(record.cells[i]) for record in table.records) for i in range(len(table.columns))]
    return named.get("text") or table.columns[sizes.index(max(sizes))]


def found(table: Table) -> str:
    """Describes the content of an uploaded file."""
    broken = sum(bool(record.problem) for record in table.records)
    unread = f"; {broken:,} of them cannot be read" if broken else ""
    return f'<p class="task-note">{len(table.records):,} rows{unread}.</p>'


def under_way(progress: Progress, seconds: float) -> str:
    """The progress of a column, and how long it may still take."""
    total, done = len(progress.places), progress.done
    left = f", about {seconds / done * (total - done):.0f} s more" if 0 < done < total else ""
    return (
        f'<progress class="task-progress" value="{done}" max="{total or 1}"></progress>'
        f'<p class="task-note" role="status">{done:,} of {total:,} rows{left}</p>'
    )


def summary(progress: Progress, quoted: int, over: str = "") -> str:
    """Sums up a column that has ended, with the first rows that have no answer; `over` is what ended it, if
    not the visitor."""
    total, failed = len(progress.answers), progress.failed
    said = f"{total - len(failed) - progress.left:,} of {total:,} rows have an answer."
    if progress.left:
        ended = "The gallery" if over else "You"
        said += f" {ended} stopped before {progress.left:,} others. {over}".rstrip()
    if quoted:
        said += (
            f" Cells that begin like a formula: {quoted:,}. Each got an apostrophe in front, so that no "
            "spreadsheet computes it, and is named in the column “quoted”."
        )
    page = f'<p class="task-note" role="status">{escape(said)}</p>'
    if not failed:
        return page
    more = f"; the first {LISTED}" if len(failed) > LISTED else ""
    lines = "".join(f"<tr><td>{line:,}</td><td>{escape(why)}</td></tr>" for line, why in failed[:LISTED])
    return (
        f'{page}<table class="task-failed"><caption>Rows without an answer{more}</caption>'
        '<thead><tr><th scope="col">Line</th><th scope="col">Why</th></tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )
