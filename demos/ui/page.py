"""Building blocks for a demo's page, so that every demo looks and behaves alike."""

from __future__ import annotations

import functools
import inspect
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from demos.contract import Endpoint
from demos.errors import StageError
from demos.model_choice import suitable
from demos.models.custom import SWITCH
from demos.models.specs import Origin
from demos.stopping import Stopped
from demos.ui.replayed import from_recordings, is_example, mark_example

log = logging.getLogger(__name__)

MODEL_QUEUE = "model"
WRITING_QUEUE = "writing"
BATCHED_QUEUE = "batched"

STOPPED_BEFORE = (
    "This was stopped before it had a result: its page was left, or nobody listened for the answer.",
    "Ask again, and listen until it comes.",
)
"""Problem and remedy of what was asked by one who seemed to have left."""

# Work takes turns in the runner and waits there for its model's files without blocking others, so several
# requests must be able to reach it at the same time. Batched requests are gathered there.
LIMITS = {BATCHED_QUEUE: 16, MODEL_QUEUE: 8, WRITING_QUEUE: 16}


def visible_errors(function: Callable[..., Any], quote: Callable[[str], str] = escape) -> Callable[..., Any]:
    """Wraps `function` so that every error becomes one of Gradio's, which the visitor sees.

    Gradio renders messages as HTML, and a message may quote what was typed, hence `quote`. The cause of
    Gradio's error is ours, which tells whose fault it is.
    """

    def shown(error: Exception) -> gr.Error:
        if isinstance(error, Stopped):
            error = StageError(*STOPPED_BEFORE)
        elif not isinstance(error, StageError):
            log.error("%s failed", getattr(function, "__name__", function), exc_info=error)
            error = StageError(f"Something went wrong ({type(error).__name__}).", "Try another input.")
        message = quote(str(error).encode(errors="replace").decode())
        return gr.Error(message, title="That did not work", duration=12, print_exception=False)

    @functools.wraps(function)
    def answer(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except gr.Error:
            raise
        except Exception as error:
            raise shown(error) from error

    @functools.wraps(function)
    def answers(*arguments: Any, **keywords: Any) -> Iterator[Any]:
        try:
            yield from function(*arguments, **keywords)
        except gr.Error:
            raise
        except Exception as error:
            raise shown(error) from error

    return answers if inspect.isgeneratorfunction(function) else answer


def for_outputs(values: Sequence[Any]) -> Any:
    """Values for as many outputs, as a listener returns them: Gradio takes a list of one for that output."""
    return values[0] if len(values) == 1 else list(values)


def asked_directly() -> bool:
    """Whether this call bypassed Gradio's queue, where only the first result of a generator is read."""
    return LocalContext.event_id.get(None) is None


def queue_of(endpoint: Endpoint) -> str:
    """The queue in which an endpoint's work waits."""
    if endpoint.batched:
        return BATCHED_QUEUE
    return WRITING_QUEUE if endpoint.streams else MODEL_QUEUE


def _work(outputs: Sequence[Any], queue: str, limit: int = 1, quick: bool = False) -> dict[str, Any]:
    """The options of every listener for model work: private, `limit` at a time, one progress display or, for
    what is `quick`, none: drawing it takes longer than waiting."""
    return {
        "outputs": list(outputs),
        "api_visibility": "private",
        "concurrency_id": queue,
        "concurrency_limit": LIMITS.get(queue, limit),
        "show_progress": "hidden" if quick else "full",
        "show_progress_on": outputs[0],
    }


def on(
    triggers: Sequence[Any],
    function: Callable[..., Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    queue: str = MODEL_QUEUE,
    js: str | None = None,
    limit: int = 1,
    quick: bool = False,
) -> Any:
    """Runs model work on `triggers`, `limit` at a time; `js` changes the inputs in the browser beforehand.
    What is `quick` shows no progress.

    If it fails, the outputs are emptied, so that no old answer is shown under new input. A generator must
    empty them itself: stopping counts as a failure too, and the text written so far must stay. A request that
    arrives during an answer is answered after it, except for growing texts, which have Stop.
    """
    grows = inspect.isgeneratorfunction(function)
    event = gr.on(
        list(triggers),
        visible_errors(function),
        list(inputs),
        js=js,
        trigger_mode="once" if grows else "always_last",
        **_work(outputs, queue, limit, quick),
    )
    if not grows:
        _empty_on_failure(event, outputs)
    return event


def at_once(
    triggers: Sequence[Any],
    function: Callable[..., Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    js: str | None = None,
) -> list[Any]:
    """Runs work on the page itself, without a model, on each of `triggers`; returns the events.

    It uses Gradio's queue, since errors are shown only there. `js` changes the inputs in the browser
    beforehand.
    """
    return [
        trigger(
            visible_errors(function),
            list(inputs),
            list(outputs),
            api_visibility="private",
            show_progress="hidden",
            js=js,
        )
        for trigger in triggers
    ]


def after(
    events: Sequence[Any],
    function: Callable[..., Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    queue: str = MODEL_QUEUE,
    emptied: Sequence[Any] = (),
    js: str | None = None,
    again: bool = False,
) -> list[Any]:
    """Runs model work after each of `events` that succeeded; `again` if what a later one asks for may come
    after what grows for an earlier one, and is not left out.

    `emptied` are further outputs to be emptied if it fails: those that later work would have filled. What
    follows an example may be answered from its recording.
    """
    following = []
    mode = "always_last" if again or not inspect.isgeneratorfunction(function) else "once"
    for event in events:
        work = visible_errors(from_recordings(function) if is_example(event) else function)
        following.append(event.success(work, list(inputs), js=js, trigger_mode=mode, **_work(outputs, queue)))
        if is_example(event):
            mark_example(following[-1])
    for event in following if emptied or not inspect.isgeneratorfunction(function) else ():
        _empty_on_failure(event, [*outputs, *emptied])
    return following


def _empty_on_failure(event: Any, outputs: Sequence[Any]) -> None:
    event.failure(
        lambda: [None for _ in outputs] if len(outputs) > 1 else None,
        None,
        list(outputs),
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )


def model_choice(endpoint: Endpoint, default: str, label: str = "Model", visible: bool = True) -> gr.Dropdown:
    """A dropdown of the checkpoints that an endpoint can use and the mode allows."""
    choices = [
        (entry.title if entry.bundled else f"{entry.title} · from the Hub", entry.name)
        for entry in suitable(endpoint)
    ]
    custom = os.environ.get(SWITCH) == "1"
    return gr.Dropdown(
        choices,
        value=default,
        label=f"{label}, or any Hub id" if custom else label,
        filterable=True,
        allow_custom_value=custom,
        visible=visible,
    )


def badge() -> gr.HTML:
    """The place where an answer names its checkpoint."""
    return gr.HTML("", elem_classes="stage-badge", padding=False)


def _revision(revision: str | None) -> str:
    """The first eight digits of the commit, or the package of the weights; otherwise they are ours."""
    if not revision:
        return "in this repository"
    return f"revision {revision[:8]}" if len(revision) == 40 else f"package {revision}"


def badge_html(origin: Origin, remark: str = "") -> str:
    """Names the checkpoint that made an answer: name, revision, source, licence."""
    where = {"bundled": "bundled weights", "hub": "Hugging Face Hub"}[origin.source]
    revision = _revision(origin.revision)
    recorded = f"recorded on {origin.recorded}" if origin.recorded else ""
    facts = [origin.title, where, revision, origin.licence, origin.note, recorded, remark]
    inner = " · ".join(escape(fact) for fact in facts if fact)
    title = escape(f"{origin.hub_id or origin.checkpoint} {origin.revision or ''}".strip(), quote=True)
    line = escape(
        " · ".join([origin.title, *([f"recorded on {origin.recorded}"] if recorded else [])]), quote=True
    )
    return f'<p title="{title}" data-line="{line}">Made by {inner}</p>'
