"""Decode from a causal language model, token by token, in a thread that can be stopped."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Sampling draws from torch's one global generator, so two texts at once would not be reproducible.
_random_numbers = threading.Lock()


@dataclass(frozen=True)
class Decoding:
    """How the next token is chosen; temperature 0 is greedy."""

    max_new_tokens: int
    temperature: float
    top_p: float
    seed: int


def end_ids(loaded: Any) -> set[int]:
    """The tokens that end a text for this model; GPT and CTRL have none and write on."""
    ends = loaded.model.generation_config.eos_token_id
    ends = {ends} if isinstance(ends, int) else set(ends or ())
    return (ends | {loaded.tokenizer.eos_token_id}) - {None}


def stream_tokens(loaded: Any, batch: Any, decoding: Decoding) -> Iterator[int]:
    """Yield new token ids as the model's own `generate` makes them; closing the iterator stops it."""
    tokens: queue.SimpleQueue[int | Exception | None] = queue.SimpleQueue()
    closed = threading.Event()
    worker = threading.Thread(target=_write, args=(loaded, batch, decoding, tokens, closed), daemon=True)
    worker.start()
    try:
        while isinstance(token := tokens.get(), int):
            yield token
        if token is not None:
            raise token
    finally:
        closed.set()
        worker.join()


class _Forward:
    """A streamer that hands each new token over; its first call brings the prompt, which is left out."""

    def __init__(self, tokens: queue.SimpleQueue[int | Exception | None]) -> None:
        self.tokens = tokens
        self.prompt_seen = False

    def put(self, value: Any) -> None:
        if self.prompt_seen:
            self.tokens.put(int(value.reshape(-1)[-1]))
        self.prompt_seen = True

    def end(self) -> None: ...


def _write(
    loaded: Any,
    batch: Any,
    decoding: Decoding,
    tokens: queue.SimpleQueue[int | Exception | None],
    closed: threading.Event,
) -> None:
    import torch

    choice = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    if decoding.temperature > 0:
        choice = {
            "do_sample": True,
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "top_k": 0,
        }
    try:
        with _random_numbers:
            torch.manual_seed(decoding.seed)
            loaded.model.generate(
                **batch,
                **choice,
                max_new_tokens=decoding.max_new_tokens,
                eos_token_id=sorted(end_ids(loaded)) or None,
                pad_token_id=loaded.tokenizer.eos_token_id or 0,
                streamer=_Forward(tokens),
                stopping_criteria=[lambda ids, scores, **_: torch.full((len(ids),), closed.is_set())],
            )
        tokens.put(None)
    except Exception as error:
        tokens.put(error)
