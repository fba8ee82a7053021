"""Gradio's application, with defaults filled in for endpoints, a sentence for whatever it cannot read, a
queue that rests, and a quick end."""

from __future__ import annotations

import inspect
import logging
import time
from contextvars import ContextVar
from html import escape
from typing import Any

import gradio as gr
from gradio.components.api_component import Api

from demos.errors import BadInput
from demos.shell.leaving import while_waited_for
from demos.shell.patient_queue import PatientQueue
from demos.shell.statuses import note_status, status_of
from demos.shell.uploads import Uploads

log = logging.getLogger(__name__)

UPLOADS = Uploads()
_page: ContextVar[str] = ContextVar("page", default="")
MAX_SAID = 300
"""Characters of what Gradio says of a value, which it quotes."""


class Blocks(gr.Blocks):
    """Gradio itself logs what it cannot read as a failure of ours, and tells how the page is made."""

    uploads = UPLOADS
    _hears_of_leaving = False

    def queue(self, *_: Any, **options: Any) -> Blocks:
        """Sets `max_size` and `default_concurrency_limit` of the page's queue.

        Gradio's own also makes a server's application, which takes longer than laying out the page. It is
        asked twice for each page, and what is mounted is another one.
        """
        self._queue = PatientQueue(
            live_updates=True,
            concurrency_count=self.max_threads,
            update_intervals=1,
            max_size=options.get("max_size"),
            blocks=self,
            default_concurrency_limit=options.get("default_concurrency_limit", "not_set"),
        )
        if not self._hears_of_leaving and any(isinstance(block, gr.File) for block in self.blocks.values()):
            self.unload(self._closed)
            self._hears_of_leaving = True
        return self

    def _closed(self, request: gr.Request) -> None:
        """A page of a visitor is closed: what was uploaded there, or made for it, goes."""
        self.uploads.close(request.session_hash or "")

    def block_thread(self) -> None:
        """Waits until it is interrupted, then ends. Gradio's own waits five seconds for every open page."""
        try:
            while self.is_running:
                time.sleep(0.1)
        except (KeyboardInterrupt, OSError):
            self.server_app.stop_event.set()  # ends the streams of open pages
            self.close(verbose=False)

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Adds the defaults of an endpoint's last parameters where a request has no value for them.

        Raises `gr.Error` naming the parameters if one without a default is missing.
        """
        if block_fn.fn and block_fn.inputs and isinstance(block_fn.inputs[0], Api):
            parameters = inspect.signature(block_fn.fn).parameters
            for parameter in list(parameters.values())[len(inputs) :]:
                if parameter.default is parameter.empty:
                    said = (
                        f"The value of {parameter.name!r} is missing. In this order: {', '.join(parameters)}."
                    )
                    raise gr.Error(said, print_exception=False) from BadInput(said)
                inputs.append(parameter.default)
        super().validate_inputs(block_fn, inputs)

    async def process_api(
        self,
        block_fn: Any,
        inputs: Any,
        *more: Any,
        request: Any = None,
        iterator: Any = None,
        event_id: str | None = None,
        **how: Any,
    ) -> Any:
        """Ties the work to whoever waits for it, notes what was uploaded for it, and the status of a
        refusal."""
        _page.set(page := getattr(request, "session_hash", None) or "")
        if page and iterator is None:  # else it goes on with what it was asked before
            self.uploads.asks(page, inputs, self.upload_file_set)
        try:
            async with while_waited_for(getattr(request, "request", None), event_id):
                return await super().process_api(
                    block_fn, inputs, *more, request=request, iterator=iterator, event_id=event_id, **how
                )
        except gr.Error as error:
            note_status(request, status_of(error.__cause__))
            raise

    async def postprocess_data(self, block_fn: Any, *more: Any, **how: Any) -> Any:
        """Turns what a listener returned into what is sent, and notes the files in it."""
        data = await super().postprocess_data(block_fn, *more, **how)
        if page := _page.get():
            self.uploads.gets(page, data)
        return data

    async def preprocess_data(self, block_fn: Any, inputs: Any, *more: Any, **how: Any) -> Any:
        """Turns what was sent into the values that a listener gets; raises `gr.Error` if that fails."""
        try:
            values = await super().preprocess_data(block_fn, inputs, *more, **how)
            return list(map(_typed, block_fn.inputs, values))
        except gr.Error as error:  # Gradio's messages are HTML, and quote what was sent
            said = (
                error.message if isinstance(error.__cause__, BadInput) else escape(error.message[:MAX_SAID])
            )
        except Exception as error:
            log.info("what came for %s cannot be read (%s)", block_fn.name, type(error).__name__)
            said = "What was sent does not suit this page. Load the page again, and try again."
        raise gr.Error(_sendable(said), title="That did not work", print_exception=False) from BadInput(said)


def _typed(component: Any, value: Any) -> Any:
    """A value as listeners expect it: nothing typed is an empty text."""
    return "" if value is None and isinstance(component, gr.Textbox) else value


def _sendable(text: str) -> str:
    """Half of a surrogate pair cannot be sent."""
    return text.encode(errors="replace").decode()
