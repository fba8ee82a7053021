"""Gradio's application, with defaults filled in for endpoints, a sentence for each missing value, a queue
that rests, and a quick end."""

from __future__ import annotations

import inspect
import time
from typing import Any

import gradio as gr
from gradio.components.api_component import Api

from demos.shell.patient_queue import PatientQueue


class Blocks(gr.Blocks):
    """Gradio itself refuses requests with too few values, and lists its components in the reply."""

    def queue(self, *arguments: Any, **options: Any) -> Blocks:
        super().queue(*arguments, **options)
        self._queue.__class__ = PatientQueue  # Gradio names the class of its queue itself
        return self

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
                    raise gr.Error(said, print_exception=False)
                inputs.append(parameter.default)
        super().validate_inputs(block_fn, inputs)
