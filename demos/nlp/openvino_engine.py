"""OpenVINO GenAI as a writing engine: all texts of a model grow together, a token of each in a step.

Its continuous batching (Yu et al. 2022, "Orca", OSDI) takes up a text, and lets one go, between two
steps. With `logprobs` it tells the logarithm of each token's probability.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Generator, Iterable
from contextlib import closing
from importlib.metadata import version
from math import exp
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from demos.errors import StageError
from demos.models.specs import Loaded
from demos.nlp.arrivals import Arrivals
from demos.nlp.decoding import Decoding, NewToken, end_ids
from demos.stream import Waiting

CACHE_GIGABYTES = 1
"""For keys and values of all texts under way, about 90,000 tokens of SmolLM2 135M; beyond it, texts wait."""

_New = tuple[Any, Iterable[int], int, Arrivals]


class Pipeline:
    """The part of `openvino_genai.ContinuousBatchingPipeline` that is used; tests have one of their own."""

    def __init__(self, file: Path) -> None:
        import openvino_genai

        schedule = openvino_genai.SchedulerConfig()
        schedule.cache_size = CACHE_GIGABYTES
        self.title = f"OpenVINO GenAI {version('openvino-genai')}"
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(str(file), schedule, "CPU")
        self._numbers = itertools.count()

    def begin(self, ids: Any, ends: Iterable[int], most: int) -> Any:
        """Takes up a greedy text of `most` tokens after `ids` [1, tokens], an array of int64; returns the
        package's handle of it."""
        import openvino_genai
        from openvino import Tensor

        config = openvino_genai.GenerationConfig(
            do_sample=False, max_new_tokens=most, stop_token_ids=set(ends), logprobs=1
        )
        return self._pipeline.add_request(next(self._numbers), Tensor(ids), config)

    def step(self) -> None:
        """Computes the next token of each text, or a part of its prompt."""
        self._pipeline.step()

    def is_busy(self) -> bool:
        """Whether a further step would compute or release anything."""
        return self._pipeline.has_non_finished_requests()


class OpenVinoEngine:
    """A pipeline and the one thread that touches it, which sleeps while nobody writes."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.remark = f"4-bit weights, kept in 8 bits, computed by {pipeline.title}."
        self.failed = False
        self._pipeline = pipeline
        self._new: SimpleQueue[_New] = SimpleQueue()
        threading.Thread(target=self._work, name="writing engine", daemon=True).start()

    def gives(self, decoding: Decoding) -> bool:
        """Only greedy texts: a batch of another size rounds otherwise (about 0.02 in the logarithm of a
        probability), so that a seed would draw another text when others write at the same time."""
        return decoding.temperature == 0

    def write(self, loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken | Waiting]:
        """Yields the tokens that continue `batch` ["input_ids": 1, tokens], `Waiting` while there is none;
        closing the iterator ends the text."""
        with closing(Arrivals()) as arrivals:
            self._new.put((batch["input_ids"].numpy(), end_ids(loaded), decoding.max_new_tokens, arrivals))
            yield from arrivals

    def _work(self) -> None:
        under_way: list[tuple[Any, Arrivals]] = []
        try:
            while True:
                self._take_up(under_way)
                self._pipeline.step()
                under_way = [text for text in under_way if not _is_over(*text)]
        except Exception as error:
            self.failed = True
            for _, arrivals in under_way:
                arrivals.put(_broken(error))
            while True:  # who asked before `failed` was seen
                self._new.get()[-1].put(_broken(error))

    def _take_up(self, under_way: list[tuple[Any, Arrivals]]) -> None:
        """Begins the texts that wait; waits for one if there is nothing to do."""
        while not self._new.empty() or not (under_way or self._pipeline.is_busy()):
            *asked, arrivals = self._new.get()
            try:
                under_way.append((self._pipeline.begin(*asked), arrivals))
            except Exception as error:  # this text alone cannot be written
                arrivals.put(_broken(error))


def _is_over(handle: Any, arrivals: Arrivals) -> bool:
    """Hands over what a step has written; lets the text go if its reader has left."""
    if arrivals.closed:
        handle.cancel()
        return True
    while handle.can_read():
        for output in handle.read().values():
            for token, logprob in zip(output.generated_ids, output.generated_log_probs, strict=True):
                arrivals.put(NewToken(token, min(exp(logprob), 1.0)))
    status = handle.get_status().name
    if status == "RUNNING":
        return False
    arrivals.put(None if status == "FINISHED" else _broken(RuntimeError(status)))
    return True


def _broken(error: Exception) -> StageError:
    broken = StageError("The writing engine has failed.", "Ask again: transformers writes then.")
    broken.__cause__ = error
    return broken
