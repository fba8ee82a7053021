"""The tokens that continue a text.

Texts of one model share its passes where the model allows it (`shared_passes.py`). Any other model's own
`generate` writes, in a thread that computes a token only when its reader asks for it, in the reader's turn,
and that stops when nobody asks for more.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Generator
from contextlib import closing
from contextvars import copy_context
from typing import Any

from demos.held_turn import undisturbed
from demos.models.specs import Loaded
from demos.nlp.decoding import Decoding, NewToken, end_ids
from demos.nlp.shareable import may_share
from demos.nlp.shared_passes import write_together
from demos.stream import Waiting

# Sampling draws from torch's one global generator: each text installs its own state there for its tokens.
_random_numbers = threading.Lock()


def _new_lock() -> None:
    """Gives a forked process a lock of its own: in the copy, nobody would ever release the one that a thread
    held."""
    global _random_numbers
    _random_numbers = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


def stream_tokens(loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken | Waiting]:
    """Yields the tokens of the model's own `generate`, `Waiting` while another thread computes; closing the
    iterator stops it."""
    writes = write_together if may_share(loaded, batch) else generated
    with closing(writes(loaded, batch, decoding)) as tokens:
        yield from tokens


def generated(loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken]:
    """The same by `generate` itself, in a thread that waits between two tokens."""
    pace = _Pace()
    writing = (_write, loaded, batch, decoding, pace)
    worker = threading.Thread(target=copy_context().run, args=writing, daemon=True)
    worker.start()
    try:
        while isinstance(token := pace.next(), NewToken):
            yield token
        if token is not None:
            raise token
    finally:
        pace.stop()
        worker.join()


class _Stopped(Exception):
    """Nobody asks for more: ends `generate` from within, before it computes another token."""


class _Pace:
    """Keeps a reader and the writing thread in step: one token for each request."""

    def __init__(self) -> None:
        self.stopped = False
        self._tokens: queue.SimpleQueue[NewToken | Exception | None] = queue.SimpleQueue()
        self._asked = threading.Semaphore(0)

    def next(self) -> NewToken | Exception | None:
        """The reader's side: returns the next token, the end, or the error."""
        self._asked.release()
        return self._tokens.get()

    def stop(self) -> None:
        """The reader asks for no more tokens."""
        self.stopped = True
        self._asked.release()

    def wait(self) -> None:
        """The writer's side: waits until a token is asked for, or nobody will ask again."""
        self._asked.acquire()

    def give(self, token: NewToken | Exception | None) -> None:
        """Hands over the requested token."""
        self._tokens.put(token)


class _Forward:
    """Hands each new token over: `generate` calls it with the scores before a choice, and puts the choice.

    The first put is the prompt, which is left out. Between two tokens it holds neither the turn nor the
    random numbers.
    """

    def __init__(self, pace: _Pace, sampled: bool) -> None:
        self.pace = pace
        self.sampled = sampled
        self.scores: Any = None

    def __call__(self, ids: Any, scores: Any) -> Any:
        self.scores = scores[0]
        return scores

    def put(self, value: Any) -> None:
        import torch

        if self.scores is None:
            return
        token = int(value.reshape(-1)[-1])
        new = NewToken(token, self.scores.float().softmax(-1)[token].item())
        state = torch.get_rng_state() if self.sampled else None
        _random_numbers.release()
        self.pace.give(new)
        self.pace.wait()
        _random_numbers.acquire()
        if self.pace.stopped:
            raise _Stopped
        if state is not None:
            torch.set_rng_state(state)

    def end(self) -> None: ...


def _write(loaded: Loaded, batch: Any, decoding: Decoding, pace: _Pace) -> None:
    import torch

    choice = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    if sampled := decoding.temperature > 0:
        choice = {
            "do_sample": True,
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "top_k": 0,
        }
    forward = _Forward(pace, sampled)
    pace.wait()
    if pace.stopped:
        return
    end: Exception | None = None
    with undisturbed(), _random_numbers:  # which whoever computed instead could wait for
        try:
            torch.manual_seed(decoding.seed)
            loaded.model.generate(
                **batch,
                **choice,
                max_new_tokens=decoding.max_new_tokens,
                eos_token_id=sorted(end_ids(loaded)) or None,
                pad_token_id=loaded.tokenizer.eos_token_id or 0,
                streamer=forward,
                # transformers calls such a processor before it applies temperature and top-p.
                logits_processor=[forward],
            )
        except _Stopped:
            return
        except Exception as error:
            end = error
    pace.give(end)
