"""The page of every task on the Pipelines tab: model, examples, answer, code, two models compared."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demos.contract import Endpoint, Run, parse
from demos.errors import BadInput, StageError
from demos.model_choice import suitable
from demos.models.catalog import checkpoint
from demos.models.hub_access import download_limit, hub_reachable, mode
from demos.nlp import other_models
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.bars import WRITING
from demos.ui.column_panel import column_panel
from demos.ui.examples import examples_row
from demos.ui.freshness import Answer
from demos.ui.guess import Question, guess
from demos.ui.headline import headline_html
from demos.ui.same_in_python import same_in_python
from demos.ui.stop_button import StopButton
from demos.ui.task import Task
from demos.ui.withheld import refused

Shown = tuple[str, ...]
"""The content of one answer's place: the answer, its checkpoint, the code, and the name of another checkpoint
to ask instead."""
NOTHING: Shown = ("", "", "", "")


def task_page(run: Run, task: Task, fields: Mapping[str, Any]) -> None:
    """Lays out a task below its `fields` (name of an inputs field -> component), which exist already.

    The first field must be filled; Enter in a textbox asks. A field of several texts is a textbox with a line
    for each. Streamed answers grow on the page and can be stopped. An answer that fails gives its reason in
    its own place.
    """
    default = at_first(task.endpoint, task.default, task.online)
    other = other_models.beside(task.endpoint, default)
    with gr.Row(elem_classes="task-models"):
        model = page.model_choice(task.endpoint, default)
        second = page.model_choice(task.endpoint, other or default, "Second model", visible=task.beside)
        several = len(suitable(task.endpoint)) > 1
        compare = gr.Checkbox(task.beside, label="Compare with a second model", visible=several)
    form = {**fields, "model": model}
    # A field of the task's own may be called "second" too.
    second_name = "second_model" if "second" in fields else "second"
    filled = examples_row(task.examples, form, more={second_name: second, "compare": compare})
    with gr.Row():
        start = gr.Button(task.ask, variant="primary")
        stop = StopButton() if task.endpoint.streams else None
    about = [fields[name] for name in (tuple(fields)[:1] if task.about is None else task.about)]
    with gr.Row(elem_classes="task-answers"):
        with gr.Column(min_width=300):
            main = Answer([*fields.values(), model], task.ask, stop, about=about)
            if task.to_guess:
                guess(main, Question(task.to_guess))
            first = _Place(main, *_place())
        with gr.Column(min_width=300, visible=task.beside) as second_column:
            beside = _Place(Answer([*fields.values(), second], task.ask, stop), *_place())
    asking = _Asking(run, task, tuple(fields))
    if task.batch:
        column_panel(run, task.endpoint, task.batch, asking.inputs, {**fields, "model": model})
    answer = asking.growing if task.endpoint.streams else asking.whole
    queue = page.queue_of(task.endpoint)
    submits = [c.submit for c in fields.values() if isinstance(c, gr.Textbox)]
    asked = [
        first.answer.on([start.click, *submits], answer, first.shown, queue),
        first.answer.on([model.input], _where(answer, _is_filled), first.shown, queue),
        *first.answer.after([*filled, _chosen(first.instead, model)], answer, first.shown, queue),
    ]
    wanted = _where(answer, lambda text, *values: values[-1] and _is_filled(text), extra=1)
    how = {"queue": queue, "extra": [compare]}
    beside.answer.after(asked, wanted, beside.shown, **how, continues=True)
    beside.answer.on([second.input, compare.input], wanted, beside.shown, **how)
    beside.answer.after([_chosen(beside.instead, second)], wanted, beside.shown, **how)
    page.at_once([compare.change], _show_second, [compare], [second, second_column])


@dataclass(frozen=True)
class _Asking:
    """Asks a task's endpoint with a page's values: those of `fields` and the model's name."""

    run: Run
    task: Task
    fields: tuple[str, ...]

    def inputs(self, *values: Any) -> Any:
        """Makes the inputs from the page's values."""
        if not values[-1]:
            raise BadInput("No second model is chosen.", "Choose one that can be compared with the first.")
        named = dict(zip([*self.fields, "model"], values, strict=True))
        return inputs_of(self.task.endpoint.inputs_type, named)

    def shown(self, inputs: Any, result: Any) -> Shown:
        """What a result's place shows."""
        said = self.task.remark(result) if self.task.remark else ""
        if not self.task.remark and not result.origin.recorded:
            said = took(result.seconds)
        badge, instead = page.badge_html(result.origin, said), getattr(result, "instead", "")
        answer = headline_html(self.task.endpoint, inputs, result) + self.task.show(result)
        return answer, badge, self.task.snippet(inputs, result.origin), instead

    def whole(self, *values: Any) -> Shown:
        """The answer, or the reason why there is none."""
        try:
            inputs = self.inputs(*values)
            return self.shown(inputs, self.run(self.task.endpoint, inputs))
        except StageError as error:
            return refused(error), *NOTHING[1:]

    def growing(self, *values: Any) -> Iterator[Shown]:
        """The answer as it grows; the text written so far stays if it is stopped or fails."""
        last = NOTHING
        try:
            inputs = self.inputs(*values)
            for result in self.run.stream(self.task.endpoint, inputs):
                yield (last := self.shown(inputs, result))
        except Stopped:
            answer, badge, *rest = last
            yield answer, badge.replace(WRITING, "stopped by you"), *rest
        except StageError as error:
            yield last[0] + refused(error), *last[1:]


def _where(answer: Callable[..., Any], wanted: Callable[..., bool], extra: int = 0) -> Callable[..., Any]:
    """Wraps `answer` so that it runs only if `wanted(*values)`; it does not get the last `extra` values."""

    def growing(*values: Any) -> Iterator[Any]:
        if wanted(*values):
            yield from answer(*values[: len(values) - extra])

    def whole(*values: Any) -> Any:
        return answer(*values[: len(values) - extra]) if wanted(*values) else None

    return growing if inspect.isgeneratorfunction(answer) else whole


def at_first(endpoint: Endpoint, bundled: str, online: str = "") -> str:
    """The preselected checkpoint: the bundled one, or `online` if the Hub can be reached; the first one of
    the Hub if only the Hub is allowed."""
    if online and (mode() == "hub" or (mode() == "auto" and hub_reachable())):
        limit = download_limit()
        if limit is None or checkpoint(online).size_bytes <= limit:
            return online
    if mode() != "hub":
        return bundled
    return next((entry.name for entry in suitable(endpoint) if entry.hub_id), bundled)


def inputs_of(inputs_type: type, values: Mapping[str, Any]) -> Any:
    """Makes the inputs from a page's values; a text field for several texts has a line for each."""
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


@dataclass(frozen=True)
class _Instead:
    """The name of the checkpoint to ask instead, and the button that asks it."""

    name: gr.Textbox
    button: gr.Button


@dataclass(frozen=True)
class _Place:
    """The place of one model's answer."""

    answer: Answer
    shown: list[Any]
    instead: _Instead


def _place() -> tuple[list[Any], _Instead]:
    """Lays out one model's place: the answer, its checkpoint, the code, the button to ask another."""
    answer = gr.HTML("", padding=False, elem_classes="task-answer")
    instead = _Instead(gr.Textbox(visible="hidden"), gr.Button(visible=False, size="sm", scale=0))
    page.at_once([instead.name.change], _offer, [instead.name], [instead.button])
    badge = page.badge()
    code = same_in_python()
    return [answer, badge, code, instead.name], instead


def _offer(name: str | None) -> Any:
    title = checkpoint(name).title if name else ""
    return gr.Button(f"Ask {title} instead", visible=bool(name))


def _chosen(instead: _Instead, model: gr.Dropdown) -> Any:
    """The event in which this checkpoint is chosen in the dropdown."""
    choose = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    return instead.button.click(lambda name: name, [instead.name], [model], **choose)


def _show_second(compare: bool) -> tuple[Any, Any]:
    # No gr.Column: a layout made in a listener would join any page that is being built at the same time.
    return gr.update(visible=compare), gr.update(visible=compare)


def _is_filled(value: Any, *more: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)
