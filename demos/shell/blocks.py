"""Gradio's application, with defaults filled in for endpoints, a sentence for each missing value, and a quick
end."""

from __future__ import annotations

import inspect
import time
from typing import Any

import gradio as gr
from gradio.components.api_component import Api


class Blocks(gr.Blocks):
    """Gradio itself refuses requests with too few values, and lists its components in the reply."""

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
