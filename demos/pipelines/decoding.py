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


@dataclass(frozen=True)
class NewToken:
    """A token that was written. probability: what the model itself gave it, before temperature and top-p."""

    id: int
    probability: float


def end_ids(loaded: Any) -> set[int]:
    """The tokens that end a text for this model; GPT and CTRL have none and write on."""
    ends = loaded.model.generation_config.eos_token_id
    ends = {ends} if isinstance(ends, int) else set(ends or ())
    return (ends | {loaded.tokenizer.eos_token_id}) - {None}


def stream_tokens(loaded: Any, batch: Any, decoding: Decoding) -> Iterator[NewToken]:
    """Yield new tokens as the model's own `generate` makes them; closing the iterator stops it."""
    tokens: queue.SimpleQueue[NewToken | Exception | None] = queue.SimpleQueue()
    closed = threading.Event()
    worker = threading.Thread(target=_write, args=(loaded, batch, decoding, tokens, closed), daemon=True)
    worker.start()
    try:
        while isinstance(token := tokens.get(), NewToken):
            yield token
        if token is not None:
            raise token
    finally:
        closed.set()
        worker.join()


class _Forward:
    """Hands each new token over: `generate` calls it with the scores before a choice, and puts the choice.

    What is put first is the prompt, which is left out.
    """

    def __init__(self, tokens: queue.SimpleQueue[NewToken | Exception | None]) -> None:
        self.tokens = tokens
        self.scores: Any = None

    def __call__(self, ids: Any, scores: Any) -> Any:
        self.scores = scores[0]
        return scores

    def put(self, value: Any) -> None:
        if self.scores is not None:
            token = int(value.reshape(-1)[-1])
            self.tokens.put(NewToken(token, self.scores.float().softmax(-1)[token].item()))

    def end(self) -> None: ...


def _write(
    loaded: Any,
    batch: Any,
    decoding: Decoding,
    tokens: queue.SimpleQueue[NewToken | Exception | None],
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
    forward = _Forward(tokens)
    try:
        with _random_numbers:
            torch.manual_seed(decoding.seed)
            loaded.model.generate(
                **batch,
                **choice,
                max_new_tokens=decoding.max_new_tokens,
                eos_token_id=sorted(end_ids(loaded)) or None,
                pad_token_id=loaded.tokenizer.eos_token_id or 0,
                streamer=forward,
                # transformers asks such a processor before it applies temperature and top-p.
                logits_processor=[forward],
                stopping_criteria=[lambda ids, scores, **_: torch.full((len(ids),), closed.is_set())],
            )
        tokens.put(None)
    except Exception as error:
        tokens.put(error)
