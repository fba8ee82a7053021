"""Writes on a GPU that is lent for one text, where there is one and the model is worth it.

The small bundled models write fast enough on the processor, and cost no visitor any quota there. On the GPU
the weights have the same precision, so that greedy decoding writes the same text except at near ties; what is
drawn by chance differs, since the generators do.

The bounds of the computation hold there, too: what is left of them is passed to the process that has the GPU,
and a file whose absence tells it that nobody waits any longer, since it shares nothing else with this one.
"""

from __future__ import annotations

import logging
import math
import os
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from contextvars import copy_context
from types import SimpleNamespace
from typing import Any

from demos.budget import UNBOUNDED, Bounds, Budget, seconds_left, tokens_left
from demos.errors import OverBudget, StageError
from demos.models import zero_gpu
from demos.models.catalog import checkpoint
from demos.models.metered import meter
from demos.models.specs import Loaded, Spec
from demos.nlp.arrivals import Arrivals
from demos.nlp.decoding import Decoding, NewToken
from demos.nlp.token_stream import generated, stream_tokens
from demos.stopping import Stopped
from demos.stream import Waiting

MIN_PARAMETERS = 300_000_000
"""Parameters from which a model is worth a visitor's quota."""
LOADING, PER_TOKEN = 20, 0.05
"""Seconds that are asked for: to read the weights, and for each token. Who asks for less waits less."""
DEVICE = "cuda"

_log = logging.getLogger(__name__)
_held: dict[tuple[str, str], Any] = {}  # the last model, in the process that has the GPU


def tokens(loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken | Waiting]:
    """Yields the tokens that continue `batch`: on the lent GPU if the model is large, else computed here.

    While the GPU is waited for or computes, it yields `Waiting`. Whoever gets no GPU, because the quota is
    used up or none is free, gets the text all the same, more slowly.
    """
    if not is_worth_it(loaded):
        yield from stream_tokens(loaded, batch, decoding)
        return
    ids = batch["input_ids"][0].tolist()
    asked = (loaded.folder, loaded.spec.dtype, ids, loaded.tokenizer.eos_token_id, decoding)
    any_yet = False
    try:
        with (
            tempfile.NamedTemporaryFile(prefix="stage-waits-") as waits,
            closing(_Beside(write_on_gpu(*asked, remaining(), waits.name))) as beside,
        ):
            for token in beside:
                any_yet = any_yet or isinstance(token, NewToken)
                yield token
    except (OverBudget, Stopped):
        raise
    except Exception as error:
        if any_yet:
            raise StageError("The GPU was taken back while it wrote.", "Ask again.") from error
        _log.warning("No GPU was lent (%s: %s): computing here.", type(error).__name__, error)
        yield from stream_tokens(loaded, batch, decoding)


def is_worth_it(loaded: Loaded) -> bool:
    """Whether this model's texts are written on the GPU: one can be asked for, and the model is large."""
    return zero_gpu.can_lend() and checkpoint(loaded.spec.checkpoint).parameters >= MIN_PARAMETERS


def remaining() -> Bounds:
    """What the running computation may still take, in whole seconds and tokens."""
    known = [0 if math.isinf(most) else max(1, math.ceil(most)) for most in (seconds_left(), tokens_left())]
    return Bounds(*known)


def seconds(
    folder: str,
    dtype: str,
    ids: list[int],
    end: int | None,
    decoding: Decoding,
    most: Bounds = UNBOUNDED,
    waits: str = "",
) -> int:
    """How long the GPU is asked for."""
    writing = round(PER_TOKEN * decoding.max_new_tokens)
    return LOADING + min(writing, most.seconds or writing)


@zero_gpu.lent(seconds)
def write_on_gpu(
    folder: str,
    dtype: str,
    ids: list[int],
    end: int | None,
    decoding: Decoding,
    most: Bounds = UNBOUNDED,
    waits: str = "",
) -> Iterator[NewToken | OverBudget]:
    """Yields the tokens that continue `ids`, written by the model in `folder`; `end` is its tokenizer's end.
    It takes no more than `most`, and ends once the file `waits` is gone.

    It runs in a forked process, which must not touch what other threads held at that moment: it reads the
    model itself, and keeps it for the next text. Of an error that is raised there, only the name comes back:
    an `OverBudget` is yielded.
    """
    budget = Budget(most, lambda: bool(waits) and not os.path.exists(waits))
    try:
        budget.spend()  # perhaps nobody waits any more: then no quota is spent on the weights
        tokenizer: Any = SimpleNamespace(eos_token_id=end)
        origin: Any = None
        loaded = Loaded(Spec("", dtype=dtype), _model(folder, dtype), tokenizer, origin, 0, folder)
        with closing(generated(loaded, _encoded(ids), decoding)) as tokens:
            while True:
                with budget.computing():
                    token = next(tokens, None)
                if token is None:
                    return
                yield token
    except Stopped:
        return
    except OverBudget as error:
        yield error


def _encoded(ids: list[int]) -> dict[str, Any]:
    import torch

    encoded = torch.tensor([ids], device=DEVICE)
    return {"input_ids": encoded, "attention_mask": torch.ones_like(encoded)}


def _model(folder: str, dtype: str) -> Any:
    import torch
    import transformers

    if (folder, dtype) not in _held:
        _held.clear()
        read: Any = transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=getattr(torch, dtype), use_safetensors=True, local_files_only=True
        )
        meter(read)
        _held[folder, dtype] = read.to(DEVICE).requires_grad_(False).eval()
    return _held[folder, dtype]


class _Beside(Arrivals):
    """Takes the tokens in a thread of its own, which has the visitor's context (whose quota it is)."""

    def __init__(self, written: Iterator[NewToken | OverBudget]) -> None:
        super().__init__()
        threading.Thread(target=copy_context().run, args=(self._take, written), daemon=True).start()

    def _take(self, written: Iterator[NewToken | OverBudget]) -> None:
        end: Exception | None = None
        try:
            for token in written:
                self.put(token)
                if self.closed:
                    written.close()  # type: ignore[attr-defined]
                    return
        except Exception as error:
            end = error
        self.put(end)
