"""The gallery's side of a writing engine: sends what is asked, and gives each text's tokens to its reader."""

from __future__ import annotations

import itertools
import multiprocessing
import threading
from collections.abc import Generator
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from demos.errors import StageError
from demos.models.specs import Loaded
from demos.nlp.arrivals import Arrivals
from demos.nlp.decoding import Decoding, NewToken, end_ids
from demos.nlp.openvino_process import Told, serve_alone
from demos.stream import Waiting

OPENING = 300
"""Seconds after which an engine that has not opened is given up; it takes three on an idle machine."""


class OpenVinoEngine:
    """A connection to `serve`, shared by all that write.

    Raises RuntimeError if the engine does not open.
    """

    def __init__(self, connection: Connection) -> None:
        try:
            title = connection.recv() if connection.poll(OPENING) else ""
        except (EOFError, OSError):
            title = ""
        if not title:
            connection.close()
            raise RuntimeError("it did not open")
        self.remark = f"4-bit weights, kept in 8 bits, computed by {title}."
        self.failed = False
        self._connection, self._sending = connection, threading.Lock()
        self._numbers = itertools.count()
        self._texts: dict[int, Arrivals] = {}
        threading.Thread(target=self._hand_over, name="writing engine", daemon=True).start()

    def gives(self, decoding: Decoding) -> bool:
        """Only greedy texts: a batch of another size rounds otherwise (about 0.02 in the logarithm of a
        probability), so that a seed would draw another text when others write at the same time."""
        return decoding.temperature == 0

    def write(self, loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken | Waiting]:
        """Yields the tokens that continue `batch` ["input_ids": 1, tokens], `Waiting` while there is none;
        closing the iterator ends the text. Raises `StageError` when the engine fails."""
        number, arrivals = next(self._numbers), Arrivals()
        self._texts[number] = arrivals
        try:
            prompt = batch["input_ids"][0].tolist()
            self._send((number, (prompt, sorted(end_ids(loaded)), decoding.max_new_tokens)))
            if self.failed:  # before the text was there to be told
                raise _broken("it has ended")
            with closing(arrivals):
                yield from arrivals
        finally:
            del self._texts[number]
            with suppress(StageError):
                self._send((number, None))

    def _send(self, message: object) -> None:
        try:
            with self._sending:
                self._connection.send(message)
        except OSError as error:
            raise _broken(str(error)) from error

    def _hand_over(self) -> None:
        try:
            while True:
                number, told = self._connection.recv()
                if (arrivals := self._texts.get(number)) is not None:
                    _put(told, arrivals)
        except (EOFError, OSError):
            self.failed = True
            for arrivals in list(self._texts.values()):
                arrivals.put(_broken("it has ended"))


def start(file: Path) -> OpenVinoEngine:
    """Opens an engine on a GGUF file, in a process that ends with this one."""
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    spawn.Process(target=serve_alone, args=(there, file), name="writing engine", daemon=True).start()
    there.close()
    return OpenVinoEngine(here)


def _put(told: Told, arrivals: Arrivals) -> None:
    if told is None or isinstance(told, str):
        arrivals.put(None if told is None else _broken(told))
        return
    for token, probability in told:
        arrivals.put(NewToken(token, probability))


def _broken(why: str) -> StageError:
    broken = StageError("The writing engine has failed.", "Ask again: transformers writes then.")
    broken.__cause__ = RuntimeError(why)
    return broken
