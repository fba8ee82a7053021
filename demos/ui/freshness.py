"""An answer on a page knows the inputs that it was made for.

When the form holds something else, the answer is dimmed and says what it was made for and what to press. The
browser compares: it sends the form's current values with every question, the answer returns them, and every
later change is compared with them. This also marks an answer whose inputs changed while it was computed, and
a demo only has to ask through an `Answer`. What comes after the answer to a later question is dropped. An
answer from a recording says when it was recorded and what to press to compute it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import gradio as gr
from gradio.context import Context

from demos.recordings import current_replay
from demos.stopping import STOPPED
from demos.ui import page
from demos.ui.form import form_here
from demos.ui.order import Order
from demos.ui.stop_button import StopButton, until_stopped


class Answer:
    """One answer on a page: made from `fields`, shown in the outputs that are passed to its listeners.

    The notice that an answer is old is laid out where the `Answer` is made. `ask` names the button that makes
    a new one. `values` is a state with the fields' values of the answer shown, or None if there is no answer:
    exports, links and code use those. `stop` ends answers that stream. Fields that are `indifferent` may
    change without making the answer old. A `quiet` answer appears without a click, so the page does not
    scroll to it. `about` are the fields whose text an audience needs to see, where the answer does not show
    it: the form is not on a slide.
    """

    def __init__(
        self,
        fields: Sequence[Any],
        ask: str,
        stop: StopButton | None = None,
        indifferent: Sequence[Any] = (),
        quiet: bool = False,
        about: Sequence[Any] = (),
    ) -> None:
        self.fields, self.stop, self.quiet = list(fields), stop, quiet
        apart = {component._id for component in indifferent}
        self.watched = [i for i, field in enumerate(self.fields) if field._id not in apart]
        watched = [self.fields[i] for i in self.watched]
        self.notice = gr.HTML("", padding=False, elem_classes="stage-freshness")
        # Not visible=False: a component that is not in the page cannot report its changes.
        self.made_for = gr.Textbox(visible="hidden", elem_classes="stage-made-for")
        self.values = gr.State(None)
        self._orders: dict[tuple[int, ...], Order] = {}  # by outputs: an answer may come in parts
        self.name = f"stage-answer-{self.notice._id}"
        form = form_here()
        form.about += [field for field in about if field not in form.about]
        names = form.names(watched)
        spec = {
            "name": self.name,
            "ask": ask,
            "fields": [_described(field) | {"name": names.get(field._id, "")} for field in watched],
            "about": [i for i, field in enumerate(watched) if field in about],
        }
        gr.on(
            [component.change for component in (*watched, self.made_for)],
            None,
            [self.made_for, *watched],
            [self.notice],
            js=f"(made, ...now) => StageFreshness.notice({json.dumps(spec)}, made, now)",
            api_visibility="private",
            queue=False,
            show_progress="hidden",
        )
        root: Any = Context.root_block
        if root is not None:
            # A page may open with an answer: it was made for what the form holds then.
            root.load(
                None,
                [self.made_for, *watched],
                [self.made_for, self.notice],
                js=f"(made, ...now) => StageFreshness.opened({json.dumps(spec)}, made, now)",
                api_visibility="private",
                queue=False,
                show_progress="hidden",
            )

    def on(
        self,
        triggers: Sequence[Any],
        function: Callable[..., Any],
        outputs: Sequence[Any],
        queue: str = page.MODEL_QUEUE,
        js: str | None = None,
        limit: int = 1,
        extra: Sequence[Any] = (),
        quick: bool = False,
    ) -> Any:
        """Lets `function(*values of the fields, *extra)` answer on `triggers`; see `page.on`.

        `function` returns what the outputs show, or None for no answer. A generator has `Stopped` thrown into
        it when the visitor stops it.
        """
        work, wired = self._keeping(function, outputs), self._wired(outputs, extra)
        return self._ended(page.on(triggers, work, *wired, queue, self._js(js), limit, quick))

    def on_choice(
        self, choices: Sequence[Any], function: Callable[..., Any], outputs: Sequence[Any], **more: Any
    ) -> Any:
        """Answers again whenever the visitor changes one of `choices`, provided that the first field is not
        blank. Where the answer is `quick`, the notice that it is on its way is enough; see `page.on`."""

        def chosen(*values: Any) -> Any:
            return function(*values) if str(values[0] or "").strip() else None

        return self.on([choice.input for choice in choices], chosen, outputs, **more)

    def after(
        self,
        events: Sequence[Any],
        function: Callable[..., Any],
        outputs: Sequence[Any],
        queue: str = page.MODEL_QUEUE,
        js: str | None = None,
        extra: Sequence[Any] = (),
        continues: bool = False,
    ) -> list[Any]:
        """Like `on`, after each of `events` that succeeded; see `page.after`.

        If it `continues` their work, stopping them stops it too.
        """
        work, wired = self._keeping(function, outputs), self._wired(outputs, extra)
        following = page.after(events, work, *wired, queue, js=self._js(js, continues))
        return [self._ended(event) for event in following]

    def part_after(
        self,
        events: Sequence[Any],
        function: Callable[..., Any],
        inputs: Sequence[Any],
        output: Any,
        emptied: Sequence[Any] = (),
    ) -> list[Any]:
        """A further part, made from `inputs` that the answer has left, in a place of its own; see
        `page.after`."""
        order = Order(gr.skip(), self._orders)

        def part(*values: Any) -> Any:
            *given, made_for = values
            return order.answer(lambda: function(*given), made_for or "")

        def parts(*values: Any) -> Iterator[Any]:
            *given, made_for = values
            with closing(function(*given)) as shown:
                yield from order.answers(shown, made_for or "")

        work = parts if inspect.isgeneratorfunction(function) else part
        return page.after(events, work, [*inputs, self.made_for], [output], emptied=emptied, again=True)

    def clear_after(self, events: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Clears the answer after each of `events`."""
        for event in events:
            event.success(
                lambda: [None] * (len(outputs) + 2),
                None,
                [*outputs, self.made_for, self.values],
                api_visibility="private",
                queue=False,
                show_progress="hidden",
            )

    def _wired(self, outputs: Sequence[Any], extra: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        for output in outputs:
            if self.name not in output.elem_classes:
                output.elem_classes = [*output.elem_classes, self.name, *_step(output)]
        tickets = [self.stop.ticket] if self.stop else []
        return [*self.fields, *extra, self.made_for, *tickets], [*outputs, self.made_for, self.values]

    def _js(self, before: str | None, continues: bool = False) -> str:
        """JavaScript that appends the form's values in the browser, and the ticket, to the values sent."""
        tickets = "[]"
        if self.stop:
            tickets = f"[StageStop.ticket({json.dumps(self.stop.button.elem_id)}, {json.dumps(continues)})]"
        watched = f"{self.watched}.map((i) => values[i])"
        arrives = json.dumps(not (self.quiet or continues))
        asked = f"StageFreshness.asked({json.dumps(self.name)}, {watched}, {arrives})"
        sent = f"values.slice(0, {-2 if self.stop else -1})"
        changed = f"({before})(...{sent})" if before else sent
        return f"(...values) => [...{changed}, {asked}, ...{tickets}]"

    def _keeping(self, function: Callable[..., Any], outputs: Sequence[Any]) -> Callable[..., Any]:
        """Wraps `function` to remove the appended inputs, and to append what the answer was made for."""

        def split(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], str, str]:
            *sent, made_for, ticket = values if self.stop else (*values, "")
            return tuple(sent), made_for or "", ticket

        def whole(shown: Any, values: tuple[Any, ...], made_for: str) -> tuple[Any, ...]:
            if shown is None:
                return *(None for _ in outputs), "", None
            row = shown if isinstance(shown, tuple | list) else (shown,)
            replay = current_replay()
            told = f"\n{replay.told}" if replay and (replay.told or not made_for) else ""
            return *row, made_for + told, values[: len(self.fields)]

        order = self._order(outputs)

        def answer(*values: Any) -> tuple[Any, ...]:
            values, made_for, _ = split(values)
            return order.answer(lambda: whole(function(*values), values, made_for), made_for)

        def answers(*values: Any) -> Iterator[tuple[Any, ...]]:
            values, made_for, ticket = split(values)
            if ticket in STOPPED or order.is_overtaken(made_for):
                yield order.nothing
                return
            yield whole(None, values, made_for)
            with closing(function(*values)) as shown:
                rows = (whole(one, values, made_for) for one in until_stopped(shown, ticket))
                yield from order.answers(rows, made_for)

        return answers if inspect.isgeneratorfunction(function) else answer

    def _order(self, outputs: Sequence[Any]) -> Order:
        """Of the answers that are shown there: parts of one answer overtake each other."""
        nothing = tuple(gr.skip() for _ in range(len(outputs) + 2))
        return self._orders.setdefault(tuple(output._id for output in outputs), Order(nothing))

    def _ended(self, event: Any) -> Any:
        if self.stop:
            ended = f"() => StageStop.ended({json.dumps(self.stop.button.elem_id)})"
            for over in (event.then, event.failure):  # Gradio runs the former only after what went well
                over(None, None, None, js=ended, api_visibility="private", queue=False)
        return event


def _step(output: Any) -> list[str]:
    """The class of what talk mode shows as a step: pictures and answers, not what is said beside them."""
    apart = {"stage-badge", "stage-aside", "stage-step"} & set(output.elem_classes)
    return ["stage-step"] if isinstance(output, gr.HTML) and not apart else []


def _described(field: Any) -> dict[str, Any]:
    """How the notice names a field and its choices."""
    choices = getattr(field, "choices", None) or ()
    return {"label": field.label or "", "choices": {str(value): str(name) for name, value in choices}}
