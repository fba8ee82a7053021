"""Texts that one model writes at the same time share its passes.

A pass over one token has to fetch all the weights, and fetching them is what takes the time: a pass over a
token of each of sixteen texts takes less than three times as long (SmolLM2 on two cores). So a thread writes
all texts of a model, and their readers wait for it without a turn. What a prompt begins with as the last one
did, a chat format's beginning above all, is not read again. A text that is alone and begins like none before
is written exactly as by the model's own `generate`; else its probabilities are rounded otherwise, in the
sixth digit.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from demos.budget import UNBOUNDED, Budget, spend
from demos.models.specs import Loaded
from demos.nlp.arrivals import Arrivals
from demos.nlp.decoding import Decoding, NewToken, chooser, end_ids
from demos.stopping import Stopped
from demos.stream import Waiting

if TYPE_CHECKING:
    from demos.nlp.padded_cache import Beginning, Read

SHORT = 512
"""Tokens up to which all texts are of one length; above, only texts within a power of two share passes, since
a pass holds the keys and values of each as if it were as long as the longest."""
AT_ONCE = 128
"""Tokens of prompts, padding included, that are read before others go on; more are read no faster."""

THREAD, LAST = "writer", 10.0
"""The name of the threads that write, and seconds in which they end with the process."""


def write_together(loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken | Waiting]:
    """Yields the tokens that continue `batch` ["input_ids": 1, tokens], `Waiting` while there is none;
    closing the iterator ends the text."""
    ids = batch["input_ids"][0].tolist()
    spend(len(ids))
    text = _Text(ids, decoding.max_new_tokens, end_ids(loaded), chooser(decoding))
    with closing(text.arrivals):
        _texts_of(loaded.model, len(ids) + decoding.max_new_tokens).add(loaded.model, text)
        yield from text.arrivals


@dataclass(eq=False)
class _Text:
    """ids: the prompt and what was written; left: tokens that may follow; arrivals: those written so far."""

    ids: list[int]
    left: int
    ends: set[int]
    choose: Callable[[Any], NewToken]
    arrivals: Arrivals = field(default_factory=Arrivals)

    @property
    def is_over(self) -> bool:
        """Whether it is written to its end, or nobody reads it any more."""
        return self.left <= 0 or self.arrivals.closed

    def take(self, logits: Any) -> None:
        """Writes the next token, by its logits [vocabulary]."""
        token = self.choose(logits)
        self.ids.append(token.id)
        self.left = 0 if token.id in self.ends else self.left - 1
        self.arrivals.put(token)
        if self.left <= 0:
            self.arrivals.put(None)


class _Texts:
    """Texts of one model, and the thread that writes them while there are any.

    Those in `rows` have been read; the others come next.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: list[_Text] = []
        self._runs = False  # whether the thread does
        self._last: Beginning | None = None  # of the prompt that was read last
        self._forget()

    def add(self, model: Any, text: _Text) -> None:
        """Has a text written."""
        with self._lock:
            self._coming.append(text)
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._write, args=(model,), name=THREAD, daemon=True).start()

    def _write(self, model: Any) -> None:
        """Writes until there is nothing to write; what fails, fails for all who wait."""
        import torch

        with torch.inference_mode():
            while True:
                with self._lock:
                    new = self._next()
                    if _ending.is_set():
                        return
                    if not new and not self.rows:
                        self._runs = False
                        self._forget()
                        return
                try:
                    if self.rows:
                        self._pass(model)
                    if new:
                        self._join(model, new)
                    self._keep([i for i, row in enumerate(self.rows) if not row.is_over])
                except Exception as error:
                    for text in (*self.rows, *new):
                        text.arrivals.put(error)
                    self._forget()

    def _next(self) -> list[_Text]:
        """The next texts to be read together: the first to come, and as many as AT_ONCE allows."""
        self._coming = [text for text in self._coming if not text.is_over]
        count, longest = 0, 0
        for text in self._coming:
            longest = max(longest, len(text.ids))
            unread = longest - self._common(self._coming[: count + 1])
            if count and (count + 1) * unread > AT_ONCE:
                break
            count += 1
        new, self._coming = self._coming[:count], self._coming[count:]
        return new

    def _common(self, texts: Sequence[_Text]) -> int:
        """Tokens with which all of them begin as the last prompt did, and which need not be read again: texts
        of one chat format have many."""
        return min(self._last.common(text.ids) for text in texts) if self._last else 0

    def _forget(self) -> None:
        self.rows: list[_Text] = []
        self.read: Read | None = None  # what the model has read of them

    def _pass(self, model: Any) -> None:
        """Computes the next token of all rows."""
        import torch

        assert self.read is not None
        self.read.extend()
        _take(self.rows, _logits(model, torch.tensor([[row.ids[-1]] for row in self.rows]), self.read))

    def _join(self, model: Any, new: list[_Text]) -> None:
        """Reads the prompts of new texts in a pass of their own, and takes them in."""
        from demos.nlp.padded_cache import padded

        begin = self._last.first(common) if self._last and (common := self._common(new)) else None
        ids, read = padded([text.ids for text in new], model.config, begin)
        try:
            with Budget(UNBOUNDED, lambda: all(text.is_over for text in new)).computing():
                logits = _logits(model, ids, read)
        except Stopped:  # nobody waits for them any more
            return
        longest = max(range(len(new)), key=lambda i: len(new[i].ids))
        self._last = read.beginning(longest, new[longest].ids)
        if self.read is None:
            self.read = read
        else:
            self.read.append(read)
        self.rows += new
        _take(new, logits)

    def _keep(self, kept: list[int]) -> None:
        """Lets go of the other rows."""
        if not kept:
            self._forget()
        elif len(kept) < len(self.rows) and self.read is not None:
            self.rows = [self.rows[i] for i in kept]
            self.read.keep(kept)


def _logits(model: Any, ids: Any, read: Read) -> Any:
    """The logits [texts, vocabulary] of what follows `ids` [texts, tokens], which end what is in `read`."""
    return (
        model(
            input_ids=ids,
            attention_mask=read.mask,
            position_ids=read.positions(ids.shape[1]),
            past_key_values=read.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        .logits[:, -1]
        .float()
    )


def _take(texts: list[_Text], logits: Any) -> None:
    for text, own in zip(texts, logits, strict=True):
        text.take(own)


_all_texts: WeakKeyDictionary[Any, dict[int, _Texts]] = WeakKeyDictionary()
_finding = threading.Lock()
_ending = threading.Event()


def _texts_of(model: Any, length: int) -> _Texts:
    """The texts of a model that may share passes with one that becomes so long, in tokens."""
    with _finding:
        return _all_texts.setdefault(model, {}).setdefault(
            max(SHORT, 1 << (length - 1).bit_length()), _Texts()
        )


def _end() -> None:
    """Lets passes under way end before the process does: no thread must be cut off in the middle of one."""
    _ending.set()
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(LAST)


atexit.register(_end)


def _new_process() -> None:
    """Gives a forked process locks and texts of its own: nobody would release those that a thread held."""
    global _all_texts, _finding
    _all_texts, _finding = WeakKeyDictionary(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_process)
