"""The page that measures many texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.csv_table import read_lines
from demos.debate import panels, wire
from demos.debate.dataset.compute import DATASET_METRICS, MAX_TEXTS, DatasetInputs
from demos.errors import BadInput
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.stop_button import StopButton


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lay out the box of texts, the upload, and the figures that grow."""
    panels.steps("trial-dataset")

    with gr.Row():
        texts = control(gr.Textbox, DatasetInputs, "texts", lines=6, max_lines=12, scale=3)
        upload = gr.File(label="or a TXT or CSV file", file_types=[".txt", ".csv"], height=150, scale=1)
    with gr.Row():
        model = page.model_choice(DATASET_METRICS, DatasetInputs.model)
        adversaries = control(gr.Checkbox, DatasetInputs, "adversaries")
        anyway = control(gr.Checkbox, DatasetInputs, "anyway")
    fields = {"texts": texts, "model": model, "adversaries": adversaries, "anyway": anyway}
    filled = examples_row(examples, fields)
    with gr.Row():
        start = gr.Button("Measure", variant="primary")
        stop = StopButton()
    measured = Answer([texts, model, adversaries, anyway], "Measure", stop)
    badge = page.badge()
    figures = panels.panel("dataset", "Over all your texts", "Figures grow while the texts are read.")
    before = panels.panel(
        "sst",
        "For comparison: 300 sentences of SST",
        "Measured once by a script, with the model chosen above, on the development set.",
        value=wire.on_sst(DatasetInputs.model),
    )
    model.change(wire.on_sst, model, before, api_visibility="private", queue=False, show_progress="hidden")

    answer, outputs = partial(_measured, run), [badge, figures]
    measured.on([start.click], answer, outputs, page.WRITING_QUEUE)
    measured.after(filled, answer, outputs, page.WRITING_QUEUE)
    upload.upload(
        page.visible_errors(lambda path: "\n".join(read_texts(Path(path)))),
        upload,
        texts,
        api_visibility="private",
    )


def _measured(run: Run, texts: str, model: str, adversaries: bool, anyway: bool) -> Iterator[tuple[Any, ...]]:
    lines = tuple(line.strip() for line in (texts or "").splitlines() if line.strip())
    yield "", wire.waiting("Reading the first texts …")
    for result in run.stream(DATASET_METRICS, DatasetInputs(lines, model, adversaries, anyway)):
        yield page.badge_html(result.origin, skipped(result)), wire.dataset_metrics(result)


def skipped(result: Any) -> str:
    """Says how many texts were left out and why; empty if none were."""
    if not result.skipped:
        return ""
    if result.skipped == 1:
        return f"1 text left out: {result.reason}"
    return f"{result.skipped} texts left out; the first: {result.reason}"


def read_texts(path: Path) -> list[str]:
    """Reads the texts of a TXT file, one per line, or of a CSV file's `text` column (otherwise its first
    column).

    Raises `BadInput` for files that are not UTF-8 text or hold more than MAX_TEXTS texts.
    """
    data = path.read_bytes()
    texts = list(_column(data) if path.suffix.lower() == ".csv" else _lines(data))
    if not 1 <= len(texts) <= MAX_TEXTS:
        raise BadInput(
            f"The file has {len(texts):,} texts; the experiments take 1 to {MAX_TEXTS:,}.",
            "Upload a part of it, one text per line.",
        )
    return texts


def _lines(data: bytes) -> Iterator[str]:
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The file is not text in UTF-8.", "Save it as UTF-8 and upload it again.") from None
    return (line.strip() for line in content.splitlines() if line.strip())


def _column(data: bytes) -> Iterator[str]:
    """The cells of the column `text`; a file without column names has texts from its first line on."""
    column, names = 0, True
    for line, cells, problem in read_lines(data)[1]:
        if problem:
            raise BadInput(f"Line {line} of the file cannot be read: {problem}", "Save it again as CSV.")
        if names:
            names, named = False, [cell.strip().lower() for cell in cells]
            if "text" in named:
                column = named.index("text")
                continue
        # A cell with several lines is one text.
        if text := " ".join("".join(cells[column : column + 1]).split()):
            yield text
