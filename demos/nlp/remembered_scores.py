"""What a model was asked before, in experiments on prompts, is not asked again.

The students of a class run the same experiment, each with a few rows more or less: most of their prompts are
the same. Each is scored once for all of them; who asks what is just being scored for another waits for that.
So the last digits of a score are those of the batch in which it was scored first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from demos.models.specs import Loaded
from demos.nlp.labels import score_labels_in_steps
from demos.nlp.prompt import Prompt
from demos.nlp.prompt_task import Labels
from demos.nlp.steps import Steps
from demos.stream import Waiting

KEPT = 20_000
"""Prompts of a model whose scores are remembered: about 8 MB where they have two labels."""

Asked = tuple[Prompt, Labels]


class RememberedScores:
    """Asks a model for one visitor, who will ask about so many prompts."""

    def __init__(self, loaded: Loaded, planned: int) -> None:
        self._loaded, self._planned = loaded, planned
        self._asked, self._computed = 0, 0
        with _finding:
            self._scores = _of_all.setdefault(loaded.model, _Scores())

    def probabilities(self, asked: Sequence[Asked]) -> Steps[list[np.ndarray]]:
        """Those of the labels of each prompt [labels], as `score_labels` has them in "sum"."""
        keys = [_key(*one) for one in asked]
        questions = dict(zip(keys, asked, strict=True))
        found: dict[bytes, np.ndarray] = {}
        while True:
            wanted = [key for key in questions if key not in found]
            mine, elsewhere = self._scores.claim(wanted, found)
            if mine:
                try:
                    prompts, labels = zip(*(questions[key] for key in mine), strict=True)
                    scored = yield from score_labels_in_steps(self._loaded, prompts, labels)
                    own = [one.probabilities["sum"] for one in scored]
                    found |= self._scores.keep(dict(zip(mine, own, strict=True)))
                    self._computed += len(mine)
                finally:
                    self._scores.release(mine)
            elif elsewhere:
                yield Waiting(elsewhere)
            else:
                self._asked += len(questions)
                return [found[key] for key in keys]

    def known(self, is_over: bool) -> float:
        """The share of the prompts whose scores were remembered: of all that will be asked, or, once all have
        been, of those."""
        of_all = self._asked if is_over else max(self._asked, self._planned)
        return max(0, self._asked - self._computed) / max(1, of_all)


class _Scores:
    """Of one model, by question: those that are known, and those that are being computed."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # garbage that is let go of anywhere may release
        self._known: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._coming: dict[bytes, threading.Event] = {}

    def claim(
        self, wanted: Iterable[bytes], found: dict[bytes, np.ndarray]
    ) -> tuple[list[bytes], threading.Event | None]:
        """Adds those that are known to `found`; returns the questions that the caller shall ask and release,
        and, if there is none, when one of the others will have been asked. Whoever asks waits for nobody
        before that, so two never wait for each other."""
        released = threading.Event()
        with self._lock:
            mine, elsewhere = [], None
            for key in wanted:
                if key in self._known:
                    self._known.move_to_end(key)
                    found[key] = self._known[key]
                elif (coming := self._coming.setdefault(key, released)) is released:
                    mine.append(key)
                else:
                    elsewhere = coming
            return mine, None if mine else elsewhere

    def keep(self, scores: dict[bytes, np.ndarray]) -> dict[bytes, np.ndarray]:
        """Remembers scores, and returns them."""
        with self._lock:
            self._known |= scores
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return scores

    def release(self, keys: Iterable[bytes]) -> None:
        """Says that nobody computes these any longer."""
        with self._lock:
            events = [self._coming.pop(key) for key in keys]
        for event in events:
            event.set()


def _key(prompt: Prompt, labels: Labels) -> bytes:
    """Of all that the scores depend on."""
    return blake2b(repr((prompt.text, prompt.lead, labels)).encode(errors="replace"), digest_size=16).digest()


_of_all: WeakKeyDictionary[Any, _Scores] = WeakKeyDictionary()
_finding = threading.Lock()
