"""The page that every task of the Pipelines tab has: model, examples, answer, code, two models at once."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from demos import page
from demos.contract import Endpoint, Example, Run, parse
from demos.models.hub import mode
from demos.models.specs import Origin
from demos.pipelines.column_panel import column_panel
from demos.pipelines.csv_batch import Batch
from demos.runner import suitable


def task_page(
    run: Run,
    endpoint: Endpoint,
    default: str,
    fields: Mapping[str, Any],
    examples: Sequence[Example],
    show: Callable[[Any], str],
    snippet: Callable[[Any, Origin], str],
    batch: Batch | None = None,
    beside: bool = False,
) -> None:
    """Lay out a task below its `fields`, inputs field name -> component, which stand already.

    The first field is the one that must be filled; Enter in a textbox asks. `default` is the bundled
    checkpoint chosen at first. `show(result)` gives the answer as HTML, in which everything is escaped, and
    `snippet(inputs, origin)` the Python code that does the same. A result has `seconds` and `origin`. A
    field of several texts is a textbox with a line for each. With `batch` a whole CSV column can be answered;
    with `beside` two models answer from the start.
    """
    names = [entry.name for entry in suitable(endpoint)]
    default = at_first(endpoint, default)
    other = next((name for name in names if name != default), default)
    with gr.Row(elem_classes="task-models"):
        model = page.model_choice(endpoint, default)
        second = page.model_choice(endpoint, other, "Second model", visible=beside)
        compare = gr.Checkbox(beside, label="Compare with a second model", visible=len(names) > 1)
    filled = page.examples(examples, {**fields, "model": model})
    ask = gr.Button("Run", variant="primary")
    with gr.Row(elem_classes="task-answers"):
        with gr.Column(min_width=300):
            first_place = _place()
        with gr.Column(min_width=300, visible=beside) as second_column:
            second_place = _place()

    first, both = [*fields.values(), model], [*first_place, *second_place]
    of_second = [compare, *fields.values(), second]

    def asked_for(*values: Any) -> Any:
        return inputs_of(endpoint.inputs_type, dict(zip([*fields, "model"], values, strict=True)))

    if batch:
        column_panel(run, endpoint, batch, asked_for, first)

    def answer(*values: Any) -> tuple[str, str, str]:
        inputs = asked_for(*values)
        result = run(endpoint, inputs)
        badge = page.badge_html(result.origin, took(result.seconds))
        return show(result), badge, snippet(inputs, result.origin)

    def answer_first(*values: Any) -> tuple[str, ...]:
        return *answer(*values), "", "", ""

    def answer_second(compare: bool, *values: Any) -> tuple[Any, ...]:
        return answer(*values) if compare and _is_filled(values[0]) else ("", "", "")

    def choose_first(*values: Any) -> tuple[Any, ...]:
        return answer_first(*values) if _is_filled(values[0]) else ("",) * 6

    submits = [c.submit for c in fields.values() if isinstance(c, gr.Textbox)]
    queue = page.queue_of(endpoint)
    asked = [
        page.on([ask.click, *submits], answer_first, first, both, queue),
        page.on([model.input], choose_first, first, both, queue),
        *page.after(filled, answer_first, first, both, queue),
    ]
    page.after(asked, answer_second, of_second, second_place, queue)
    page.on([second.input, compare.input], answer_second, of_second, second_place, queue)
    page.at_once([compare.change], _show_second, [compare], [second, second_column])


def at_first(endpoint: Endpoint, bundled: str) -> str:
    """The checkpoint chosen at first: the bundled one, or the first of the Hub if only the Hub is wanted."""
    if mode() != "hub":
        return bundled
    return next((entry.name for entry in suitable(endpoint) if entry.hub_id), bundled)


def inputs_of(inputs_type: type, values: Mapping[str, Any]) -> Any:
    """The inputs that a page's values stand for; a text that stands for several has a line for each."""
    hints = typing.get_type_hints(inputs_type)
    several = {name for name, hint in hints.items() if typing.get_origin(hint) is tuple}
    read = {
        name: [line.strip() for line in value.splitlines() if line.strip()]
        if name in several and isinstance(value, str)
        else value
        for name, value in values.items()
    }
    blank = {f.name for f in dataclasses.fields(inputs_type) if hints[f.name] is str}
    return parse(inputs_type, {n: "" if v is None and n in blank else v for n, v in read.items()})


def took(seconds: float) -> str:
    """How long a computation took, in words."""
    return f"computed in {seconds * 1e3:.0f} ms" if seconds < 1 else f"computed in {seconds:.1f} s"


def _place() -> list[Any]:
    """Where one model's answer stands: the answer, its checkpoint, the code."""
    answer, badge = gr.HTML("", padding=False, elem_classes="task-answer"), page.badge()
    with gr.Accordion("The same in Python", open=False):
        code = gr.Code("", language="python", show_label=False, lines=1, wrap_lines=True)
    return [answer, badge, code]


def _show_second(compare: bool) -> tuple[Any, Any]:
    return gr.Dropdown(visible=compare), gr.Column(visible=compare)


def _is_filled(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)
