"""The page of the prompt variants: tables of wordings and inputs, and their matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.errors import BadInput
from demos.nlp.prompt_task import Task
from demos.nlp.template import LABEL, template_fields
from demos.prompting.builder import show as prompt_show
from demos.prompting.builder.page import STYLES_OF_PROMPT
from demos.prompting.task.choice import own_task, task_choice
from demos.prompting.task.draft import MAX_SHOTS, OWN_TASK, task_named
from demos.prompting.task.ready import task_of
from demos.prompting.task.table import CHOICES, Table, as_values, table_of
from demos.prompting.variants import show
from demos.prompting.variants.compute import MATRIX, first_inputs
from demos.prompting.variants.schemas import (
    MAX_QUERIES,
    MAX_VARIANTS,
    MIN_VARIANTS,
    MatrixInputs,
    Query,
    Variant,
)
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.headline import headline_html
from demos.ui.stop_button import StopButton

VARIANT_COLUMNS = ("name", "instruction", "template")


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lay out the variants, the inputs, and the matrix."""
    start = examples[0].inputs
    with gr.Row():
        task = task_choice()
        model = page.model_choice(MATRIX, start.model)
        style = control(gr.Dropdown, MatrixInputs, "style", choices=STYLES_OF_PROMPT)
        k = control(gr.Slider, MatrixInputs, "k", value=start.k, maximum=MAX_SHOTS)
    with gr.Accordion("Edit the wordings and the inputs", open=False):
        variants, queries = _tables(start)
        with gr.Row():
            more_variants = gr.Button("Add a variant", size="sm")
            more_queries = gr.Button("Add an input", size="sm")
    fields = {"task": task, "variants": variants, "queries": queries, "k": k}
    filled = examples_row(examples, fields, values_of, more={"style": style, "model": model})
    with gr.Row():
        ask = gr.Button("Ask all variants", variant="primary")
        stop = StopButton()
    compared = Answer([task, variants, queries, k, style, model], "Ask all variants", stop)
    ahead = gr.HTML("", padding=False, elem_classes="stage-aside")
    matrix, badge = gr.HTML("", padding=False), page.badge()
    own = own_task()

    answer = partial(_compared, run)
    shown = {"outputs": [ahead, matrix, badge], "queue": page.WRITING_QUEUE, "js": OWN_TASK, "extra": [own]}
    # Not on every change: an example changes the task too, and has its own tables.
    page.at_once(
        [task.input],
        lambda name, draft: values_of(first_inputs(task_named(name, draft), 0))[1:3],
        [task, own],
        [variants, queries],
        js=OWN_TASK,
    )
    page.at_once(
        [more_variants.click],
        lambda name, table, draft: with_variant(task_named(name, draft), table),
        [task, variants, own],
        [variants],
        js=OWN_TASK,
    )
    page.at_once([more_queries.click], with_query, [queries], [queries])
    compared.on([ask.click], answer, **shown)
    compared.after(filled, answer, **shown)


def _tables(start: MatrixInputs) -> tuple[Any, Any]:
    """The variants and the inputs, each a table to write in."""
    variants = gr.Dataframe(
        variants_table(start.variants),
        label=f"Variants of the prompt, {MIN_VARIANTS} to {MAX_VARIANTS} (an empty row is left out; "
        "Shift+Enter breaks a line)",
        column_widths=["28%", "36%", "36%"],
        elem_classes="stage-lines",
        interactive=True,
        wrap=True,
    )
    queries = gr.Dataframe(
        queries_table(task_of(start.task), start.queries),
        label="Inputs (label: the right answer, or empty if you do not know it)",
        elem_classes="stage-lines",
        interactive=True,
        wrap=True,
        max_height=320,
    )
    return variants, queries


def _compared(run: Run, name: str, *values: Any) -> Iterator[tuple[Any, Any, Any]]:
    *given, draft = values
    inputs = inputs_of_page(task_named(name, draft), *given)
    told = '<p class="stage-notice">Asking the model …</p>'
    yield told, "", ""
    try:
        for result in run.stream(MATRIX, inputs):
            done = len(result.variants) == len(inputs.variants)
            told = prompt_show.progress_line(result.progress, done)
            if result.variants:
                matrix = headline_html(MATRIX, inputs, result) + show.matrix_table(result)
                yield told, matrix, page.badge_html(result.origin)
            else:
                yield told, gr.skip(), gr.skip()
    except Stopped:
        yield told + prompt_show.STOPPED, gr.skip(), gr.skip()


def values_of(inputs: MatrixInputs) -> list[Any]:
    """Task, variants, queries and k as values of the page's components."""
    task = task_of(inputs.task)
    return [inputs.task, variants_table(inputs.variants), queries_table(task, inputs.queries), inputs.k]


def variants_table(variants: tuple[Variant, ...]) -> dict[str, Any]:
    """The variants as Gradio's table."""
    data = tuple((one.name, one.instruction, one.template) for one in variants)
    return as_values(Table(VARIANT_COLUMNS, data))


def queries_table(task: Task, queries: tuple[Query, ...]) -> dict[str, Any]:
    """The queries as Gradio's table: the task's fields, the label, and choices if the task has no labels."""
    names = template_fields(task.template)
    own = [] if task.labels else [CHOICES]
    data = [
        [dict(one.fields)[name] for name in names] + [one.label or ""] + [", ".join(one.choices) for _ in own]
        for one in queries
    ]
    return as_values(Table((*names, LABEL, *own), tuple(map(tuple, data))))


def with_variant(name: str, table: Any) -> dict[str, Any]:
    """The table of variants with one more to edit: the task's own prompt."""
    # Gradio's own new row is not shown once Python has filled the table.
    lines = lines_of(table)
    if len(lines) >= MAX_VARIANTS:
        raise BadInput(f"There are {len(lines)} variants already.", "Change one of them, or empty its row.")
    task, taken = task_of(name), {line.get("name") for line in lines}
    unused = (
        title for i in range(len(lines) + 1, 2 * MAX_VARIANTS) if (title := f"Variant {i}") not in taken
    )
    old = tuple(Variant(*(line.get(column, "") for column in VARIANT_COLUMNS)) for line in lines)
    return variants_table((*old, Variant(next(unused), task.instruction, task.template)))


def with_query(table: Any) -> dict[str, Any]:
    """The table of inputs with an empty row at its end."""
    old = table_of(table)
    if len(old.data) >= MAX_QUERIES:
        raise BadInput(f"There are {len(old.data)} inputs already.", "Change one of them, or empty its row.")
    return as_values(Table(old.headers, (*old.data, ("",) * len(old.headers))))


def inputs_of_page(name: str, variants: Any, queries: Any, k: int, style: Any, model: str) -> MatrixInputs:
    """The inputs that the page's components describe, without the tables' empty rows."""
    fields = template_fields(task_of(name).template)
    return MatrixInputs(
        task=name,
        variants=tuple(
            Variant(*(row.get(column, "") for column in VARIANT_COLUMNS)) for row in lines_of(variants)
        ),
        queries=tuple(
            Query(
                tuple((field, row.get(field, "")) for field in fields),
                row.get(LABEL, "").strip() or None,
                tuple(choice.strip() for choice in row.get(CHOICES, "").split(",") if choice.strip()),
            )
            for row in lines_of(queries)
        ),
        k=int(k),
        style=style,
        model=model,
    )


def lines_of(table: Any) -> list[Mapping[str, str]]:
    """The non-empty lines of a data frame, by column."""
    lines = table.fillna("").astype(str).to_dict("records")
    return [line for line in lines if any(text.strip() for text in line.values())]
