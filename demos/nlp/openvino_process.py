"""OpenVINO GenAI in a process of its own, where all texts grow together, a token of each in a step.

Its continuous batching (Yu et al. 2022, "Orca", OSDI) takes up a text, and lets one go, between two steps.
The package holds Python's lock during a step: in the gallery's process, every operation of every other
computation would wait for one.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from importlib.metadata import version
from math import exp
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

CACHE_GIGABYTES = 1
"""For keys and values of all texts under way, about 90,000 tokens of SmolLM2 135M; beyond it, texts wait."""

Asked = tuple[Sequence[int], Sequence[int], int]
"""The tokens of a prompt, those that end a text, and how many are written at most."""
Told = tuple[tuple[int, float], ...] | str | None
"""Tokens with their probabilities, why there will be no more of them, or that the text has ended."""


class Pipeline:
    """The part of `openvino_genai.ContinuousBatchingPipeline` that is used; tests have one of their own."""

    def __init__(self, file: Path) -> None:
        import openvino_genai  # pyright: ignore[reportMissingImports] (requirements-fast.txt)

        schedule = openvino_genai.SchedulerConfig()
        schedule.cache_size = CACHE_GIGABYTES
        self.title = f"OpenVINO GenAI {version('openvino-genai')}"
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(str(file), schedule, "CPU")

    def begin(self, number: int, prompt: Sequence[int], ends: Sequence[int], most: int) -> Any:
        """Takes up a greedy text; returns the package's handle of it.

        With `logprobs` it tells the logarithm of each token's probability.
        """
        import numpy as np
        import openvino_genai  # pyright: ignore[reportMissingImports] (requirements-fast.txt)
        from openvino import Tensor  # pyright: ignore[reportMissingImports]

        config = openvino_genai.GenerationConfig(
            do_sample=False, max_new_tokens=most, stop_token_ids=set(ends), logprobs=1
        )
        return self._pipeline.add_request(number, Tensor(np.array([prompt], np.int64)), config)

    def step(self) -> None:
        """Computes the next token of each text, or a part of its prompt."""
        self._pipeline.step()

    def is_busy(self) -> bool:
        """Whether a further step would compute or release anything."""
        return self._pipeline.has_non_finished_requests()


def serve(connection: Connection, file: Path, open_pipeline: Callable[[Path], Pipeline] = Pipeline) -> None:
    """Tells the pipeline's title, then writes what is asked for until the other side has gone.

    It receives (number, `Asked`) for a new text and (number, None) to let one go, and sends (number, `Told`).
    """
    try:
        pipeline = open_pipeline(file)
        connection.send(pipeline.title)
        texts: dict[int, Any] = {}
        while True:
            while connection.poll(0 if texts or pipeline.is_busy() else None):
                _take(connection, pipeline, texts)
            pipeline.step()
            for number, handle in list(texts.items()):
                if _has_ended(number, handle, connection):
                    del texts[number]
    except (EOFError, OSError):
        pass  # the gallery has ended
    finally:
        connection.close()


def serve_alone(connection: Connection, file: Path) -> None:
    """`serve` as a process: Ctrl-C in the terminal is the gallery's, whose end is then this one's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(connection, file)


def _take(connection: Connection, pipeline: Pipeline, texts: dict[int, Any]) -> None:
    """Begins a text or lets one go."""
    number, asked = connection.recv()
    if asked is None:
        if (handle := texts.pop(number, None)) is not None:
            handle.cancel()
        return
    try:
        texts[number] = pipeline.begin(number, *asked)
    except Exception as error:  # this text alone cannot be written
        connection.send((number, str(error)))


def _has_ended(number: int, handle: Any, connection: Connection) -> bool:
    """Sends what a step has written."""
    while handle.can_read():
        for output in handle.read().values():
            came = zip(output.generated_ids, output.generated_log_probs, strict=True)
            connection.send((number, tuple((token, min(exp(logprob), 1.0)) for token, logprob in came)))
    status = handle.get_status().name
    if status == "RUNNING":
        return False
    connection.send((number, None if status == "FINISHED" else status))
    return True
