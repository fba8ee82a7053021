"""The page that every task of the Pipelines tab has: model, examples, answer, code, two models at once."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from demos.contract import Endpoint, Example, Run, parse
from demos.errors import BadInput, StageError
from demos.model_choice import suitable
from demos.models.catalog import checkpoint
from demos.models.hub_access import download_limit, hub_reachable, mode
from demos.models.specs import Origin
from demos.nlp import other_models
from demos.nlp.csv_batch import Batch
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.bars import WRITING
from demos.ui.column_panel import column_panel
from demos.ui.freshness import Answer, StopButton
from demos.ui.withheld import refused

Shown = tuple[str, ...]
"""What stands in the place of one answer: the answer, its checkpoint, the code, and the name of another
checkpoint to ask instead."""
NOTHING: Shown = ("", "", "", "")


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
    online: str = "",
) -> None:
    """Lay out a task below its `fields`, inputs field name -> component, which stand already.

    The first field is the one that must be filled; Enter in a textbox asks. `default` is the bundled
    checkpoint chosen at first, `online` the one where the Hub can be reached. `show(result)` gives the
    answer as HTML, in which everything is escaped, and `snippet(inputs, origin)` the Python code that does
    the same. A result has `origin`, and `seconds` unless `remark(result)` says what stands beside its
    checkpoint. A field of several texts is a textbox with a line for each. With `batch` a whole CSV column
    can be answered; with `beside` two models answer from the start. What streams grows on the page, and can
    be stopped. `ask` names the button. A result may have `instead`, the name of a checkpoint that a button
    then asks. What cannot be answered says why in its own place."""
    names = [entry.name for entry in suitable(endpoint)]
    default = at_first(endpoint, default, online)
    other = other_models.beside(endpoint, default)
    with gr.Row(elem_classes="task-models"):
        model = page.model_choice(endpoint, default)
        second = page.model_choice(endpoint, other or default, "Second model", visible=beside)
        compare = gr.Checkbox(beside, label="Compare with a second model", visible=len(names) > 1)
    filled = page.examples(examples, {**fields, "model": model})
    with gr.Row():
        start = gr.Button(ask, variant="primary")
        stop = StopButton() if endpoint.streams else None
    first, of_second = [*fields.values(), model], [*fields.values(), second]
    with gr.Row(elem_classes="task-answers"):
        with gr.Column(min_width=300):
            first_answer = Answer(first, ask, stop)
            first_place, first_instead = _place()
        with gr.Column(min_width=300, visible=beside) as second_column:
            second_answer = Answer(of_second, ask, stop)
            second_place, second_instead = _place()

    def asked_for(*values: Any) -> Any:
        if not values[-1]:
            raise BadInput("No second model is chosen.", "Choose one that can be compared with the first.")
        return inputs_of(endpoint.inputs_type, dict(zip([*fields, "model"], values, strict=True)))

    if batch:
        column_panel(run, endpoint, batch, asked_for, {**fields, "model": model})

    def shown(inputs: Any, result: Any) -> Shown:
        said = remark(result) if remark else took(result.seconds)
        badge, instead = page.badge_html(result.origin, said), getattr(result, "instead", "")
        return show(result), badge, snippet(inputs, result.origin), instead

    def whole(*values: Any) -> Shown:
        try:
            inputs = asked_for(*values)
            return shown(inputs, run(endpoint, inputs))
        except StageError as error:
            return refused(error), *NOTHING[1:]

    def growing(*values: Any) -> Iterator[Shown]:
        last = NOTHING
        try:
            inputs = asked_for(*values)
            for result in run.stream(endpoint, inputs):
                yield (last := shown(inputs, result))
        except Stopped:
            answer, badge, *rest = last
            yield answer, badge.replace(WRITING, "stopped by you"), *rest
        except StageError as error:
            yield last[0] + refused(error), *last[1:]

    answer = growing if endpoint.streams else whole
    queue = page.queue_of(endpoint)
    submits = [c.submit for c in fields.values() if isinstance(c, gr.Textbox)]
    asked = [
        first_answer.on([start.click, *submits], answer, first_place, queue),
        first_answer.on([model.input], _where(answer, _is_filled), first_place, queue),
        *first_answer.after([*filled, _chosen(first_instead, model)], answer, first_place, queue),
    ]
    wanted = _where(answer, lambda text, *values: values[-1] and _is_filled(text), extra=1)
    beside_it = {"queue": queue, "extra": [compare]}
    second_answer.after(asked, wanted, second_place, **beside_it, continues=True)
    second_answer.on([second.input, compare.input], wanted, second_place, **beside_it)
    second_answer.after([_chosen(second_instead, second)], wanted, second_place, **beside_it)
    page.at_once([compare.change], _show_second, [compare], [second, second_column])


def _where(answer: Callable[..., Any], wanted: Callable[..., bool], extra: int = 0) -> Callable[..., Any]:
    """`answer` where what the page holds is `wanted`, else none; the last `extra` values are not for it."""

    def growing(*values: Any) -> Iterator[Any]:
        if wanted(*values):
            yield from answer(*values[: len(values) - extra])

    def whole(*values: Any) -> Any:
        return answer(*values[: len(values) - extra]) if wanted(*values) else None

    return growing if inspect.isgeneratorfunction(answer) else whole


def at_first(endpoint: Endpoint, bundled: str, online: str = "") -> str:
    """The checkpoint chosen at first: the bundled one, or `online` where the Hub can be reached; the first of
    the Hub if only the Hub is wanted."""
    if online and (mode() == "hub" or (mode() == "auto" and hub_reachable())):
        limit = download_limit()
        if limit is None or checkpoint(online).size_bytes <= limit:
            return online
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


@dataclasses.dataclass(frozen=True)
class _Instead:
    """The checkpoint to ask instead, by name, and the button that does it."""

    name: gr.Textbox
    button: gr.Button


def _place() -> tuple[list[Any], _Instead]:
    """Where one model's answer stands: the answer, its checkpoint, the code, and whom to ask instead."""
    answer = gr.HTML("", padding=False, elem_classes="task-answer")
    instead = _Instead(gr.Textbox(visible="hidden"), gr.Button(visible=False, size="sm", scale=0))
    page.at_once([instead.name.change], _offer, [instead.name], [instead.button])
    badge = page.badge()
    with gr.Accordion("The same in Python", open=False):
        code = gr.Code("", language="python", show_label=False, lines=1, wrap_lines=True)
    return [answer, badge, code, instead.name], instead


def _offer(name: str | None) -> Any:
    title = checkpoint(name).title if name else ""
    return gr.Button(f"Ask {title} instead", visible=bool(name))


def _chosen(instead: _Instead, model: gr.Dropdown) -> Any:
    """The event that this checkpoint is chosen in the dropdown."""
    choose = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    return instead.button.click(lambda name: name, [instead.name], [model], **choose)


def _show_second(compare: bool) -> tuple[Any, Any]:
    return gr.Dropdown(visible=compare), gr.Column(visible=compare)


def _is_filled(value: Any, *more: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)
