"""The trial over many texts: one sentence is an anecdote.

Paste or upload up to 1,000 texts, one per line; the same measures as on one sentence are taken on each, with
their mean, their spread, and what chance gives. Beside them stand the same figures over the 1,821 test
sentences of the Stanford Sentiment Treebank (SST), below them those over 300 of its dev sentences; the models
were trained on neither. Of a CSV file the column called *text* is read, or else the first.

Searching an adversary for every text takes most of the time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput
from demos.trial.dependence import HEADS, SCRIPTS, STYLES
from demos.trial.survey import MAX_TEXTS, SurveyInputs, check_texts, survey

__all__ = ["ENDPOINTS", "EXAMPLES", "INFO", "SCRIPTS", "STYLES", "build"]

INFO = Info(
    slug="trial-dataset",
    title="On trial: many texts",
    tab="Attention",
    limits=(
        "The classifiers know English film reviews; on other texts they answer all the same, and attention "
        "of a wrong answer is measured like that of a right one. Texts of which the model cannot read most "
        "words are left out and counted. Kendall's tau over few words is coarse: short texts scatter widely "
        "whatever the model does, and below four words it is undefined. Labels are not used: nothing here "
        "says how often the model is right."
    ),
)

EXAMPLES = (
    Example(
        "Six short reviews",
        SurveyInputs(
            (
                "a warm funny film about getting older",
                "the jokes fall flat and the story never starts",
                "not as bad as the trailer promised but not much better",
                "beautifully shot and quietly devastating",
                "two hours of my life that nobody will give back",
                "the cast is great and the script is not",
            ),
            adversaries=True,
        ),
    ),
)

SURVEY = Endpoint("trial_dataset", survey, HEADS, check=check_texts, task="attention-trial")
ENDPOINTS = (SURVEY,)


def build(run: Run) -> None:
    """Lay out the box of texts, the upload, and the figures that grow."""
    import gradio as gr

    from demos import page
    from demos.freshness import Answer, StopButton
    from demos.trial import panels, payloads

    with gr.Row():
        texts = gr.Textbox(label="Texts, one per line", lines=6, max_lines=12, scale=3)
        upload = gr.File(label="or a TXT or CSV file", file_types=[".txt", ".csv"], height=150, scale=1)
    with gr.Row():
        model = page.model_choice(SURVEY, "debate-bilstm")
        adversaries = gr.Checkbox(label="Search adversaries too (slow)", value=False)
        anyway = gr.Checkbox(label="Measure texts, too, that the model cannot read", value=False)
    fields = {"texts": texts, "model": model, "adversaries": adversaries, "anyway": anyway}
    filled = page.examples(EXAMPLES, fields)
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
        value=payloads.on_sst("debate-bilstm"),
    )
    model.change(
        payloads.on_sst, model, before, api_visibility="private", queue=False, show_progress="hidden"
    )

    def answer(texts: str, model: str, adversaries: bool, anyway: bool) -> Iterator[tuple[Any, ...]]:
        lines = tuple(line.strip() for line in (texts or "").splitlines() if line.strip())
        yield "", payloads.waiting("Reading the first texts …")
        for result in run.stream(SURVEY, SurveyInputs(lines, model, adversaries, anyway)):
            yield page.badge_html(result.origin, skipped(result)), payloads.survey(result)

    outputs = [badge, figures]
    measured.on([start.click], answer, outputs, page.WRITING_QUEUE)
    measured.after(filled, answer, outputs, page.WRITING_QUEUE)
    upload.upload(
        page.visible_errors(lambda path: "\n".join(read_texts(Path(path)))),
        upload,
        texts,
        api_visibility="private",
    )


def skipped(result: Any) -> str:
    """How many texts could not be read and why, else empty."""
    if not result.skipped:
        return ""
    if result.skipped == 1:
        return f"1 text left out: {result.reason}"
    return f"{result.skipped} texts left out; the first: {result.reason}"


def read_texts(path: Path) -> list[str]:
    """The texts of a TXT file, one per line, or of a CSV file's column `text`, or its first.

    Raises `BadInput` for files that are not UTF-8 text or hold more than MAX_TEXTS texts.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The file is not text in UTF-8.", "Save it as UTF-8 and upload it again.") from None
    if path.suffix.lower() == ".csv":
        content = "\n".join(_column(content))
    texts = [line.strip() for line in content.splitlines() if line.strip()]
    if not 1 <= len(texts) <= MAX_TEXTS:
        raise BadInput(
            f"The file has {len(texts):,} texts; the experiments take 1 to {MAX_TEXTS:,}.",
            "Upload a part of it, one text per line.",
        )
    return texts


def _column(content: str) -> Iterator[str]:
    rows = csv.reader(io.StringIO(content, newline=""))
    try:
        first = next(rows, [])
        named = [cell.strip().lower() for cell in first]
        column = named.index("text") if "text" in named else 0
        if "text" not in named and first:
            yield " ".join(first[0].split())
        # A text of several lines is one text.
        yield from (" ".join(row[column].split()) for row in rows if len(row) > column)
    except csv.Error as error:
        raise BadInput(f"The CSV file cannot be read: {error}.", "Save it again as CSV.") from None
