"""The page that every task of the Pipelines tab has: model, examples, answer, code, two models at once."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from demos import page
from demos.contract import Endpoint, Example, Run, parse
from demos.models.hub import mode
from demos.models.specs import Origin
from demos.pipelines.bars import WRITING
from demos.pipelines.column_panel import column_panel
from demos.pipelines.csv_batch import Batch
from demos.runner import suitable

Shown = tuple[str, ...]
"""What stands in the place of one answer: the answer, its checkpoint, the code."""
NOTHING: Shown = ("", "", "")


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
    remark: Callable[[Any], str] | None = None,
    ask: str = "Run",
) -> None:
    """Lay out a task below its `fields`, inputs field name -> component, which stand already.

    The first field is the one that must be filled; Enter in a textbox asks. `default` is the bundled
    checkpoint chosen at first. `show(result)` gives the answer as HTML, in which everything is escaped, and
    `snippet(inputs, origin)` the Python code that does the same. A result has `origin`, and `seconds` unless
    `remark(result)` says what stands beside its checkpoint. A field of several texts is a textbox with a line
    for each. With `batch` a whole CSV column can be answered; with `beside` two models answer from the start.
    What streams grows on the page, and can be stopped. `ask` names the button.
    """
    names = [entry.name for entry in suitable(endpoint)]
    default = at_first(endpoint, default)
    other = next((name for name in names if name != default), default)
    with gr.Row(elem_classes="task-models"):
        model = page.model_choice(endpoint, default)
        second = page.model_choice(endpoint, other, "Second model", visible=beside)
        compare = gr.Checkbox(beside, label="Compare with a second model", visible=len(names) > 1)
    filled = page.examples(examples, {**fields, "model": model})
    with gr.Row():
        start = gr.Button(ask, variant="primary")
        stop = gr.Button("Stop", variant="stop", visible=endpoint.streams)
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

    def answers(*values: Any) -> Iterator[Shown]:
        """What stands in one place, one after the other; the last is the answer."""
        yield NOTHING
        inputs = asked_for(*values)
        for result in run.stream(endpoint, inputs) if endpoint.streams else [run(endpoint, inputs)]:
            said = remark(result) if remark else took(result.seconds)
            yield show(result), page.badge_html(result.origin, said), snippet(inputs, result.origin)

    def answers_first(*values: Any) -> Iterator[Shown]:
        for shown in answers(*values):
            yield *shown, *NOTHING

    def answers_second(compare: bool, *values: Any) -> Iterator[Shown]:
        yield from answers(*values) if compare and _is_filled(values[0]) else [NOTHING]

    def choice_first(*values: Any) -> Iterator[Shown]:
        yield from answers_first(*values) if _is_filled(values[0]) else [NOTHING * 2]

    def listener(shown: Callable[..., Iterator[Shown]]) -> Callable[..., Any]:
        def last(*values: Any) -> Shown:
            return list(shown(*values))[-1]

        return shown if endpoint.streams else last

    first_answer, second_answer = listener(answers_first), listener(answers_second)
    submits = [c.submit for c in fields.values() if isinstance(c, gr.Textbox)]
    queue = page.queue_of(endpoint)
    asked = [
        page.on([start.click, *submits], first_answer, first, both, queue),
        page.on([model.input], listener(choice_first), first, both, queue),
        *page.after(filled, first_answer, first, both, queue),
    ]
    compared = [
        *page.after(asked, second_answer, of_second, second_place, queue),
        page.on([second.input, compare.input], second_answer, of_second, second_place, queue),
    ]
    if endpoint.streams:
        _stops(stop, [*asked, *compared], [first_place[1], second_place[1]])
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


def _stops(stop: gr.Button, events: Sequence[Any], badges: Sequence[Any]) -> None:
    """Let a button end what is being written; what stands there stays, and says that it was stopped."""
    stop.click(None, cancels=list(events), api_visibility="private", queue=False).then(
        lambda *shown: [(badge or "").replace(WRITING, "stopped by you") for badge in shown],
        list(badges),
        list(badges),
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )


def _show_second(compare: bool) -> tuple[Any, Any]:
    return gr.Dropdown(visible=compare), gr.Column(visible=compare)


def _is_filled(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)
