"""A tiny GPT-2 is trained on a visitor's lines, while the visitor watches."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator

from demos.caption_world.watch_it_learn.headline import learned
from demos.caption_world.watch_it_learn.schemas import (
    Point,
    Sample,
    TrainInputs,
    TrainResult,
)
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.held_turn import clock
from demos.models.metered import meter
from demos.nlp.live_training import SHOW, in_turn, paced, split
from demos.nlp.training_places import Places

EVERY, MAX_POINTS = 10, 200
"""Steps from one point of the curve to the next, at first; with more points than these it is doubled."""
SAMPLES, KEPT = 3, 24
"""Lines of one sample, and those that are kept in all, the newest."""
WAITS = TrainResult(0, 0.0, False, True, 0, 0, 0, 0, (), ())

_public = Places(1, 4, "watch one of the trained models above")


def train_one(inputs: TrainInputs, loaded: None = None) -> Iterator[TrainResult]:
    """Trains a GPT-2 with 2 layers, width 64 and a vocabulary of characters on the lines, and yields how far
    it is, about twice a second.

    With ten lines or more every fifth is held out. On a public gallery one model is trained at a time; the
    first result of those that wait says so.
    """
    check_lines(inputs)
    yield from in_turn(_public, WAITS, lambda: lessons(inputs))


def lessons(
    inputs: TrainInputs, clock: Callable[[], float] = clock, show: float = SHOW
) -> Iterator[TrainResult]:
    """The training itself; between its results stand the turns that it gives back."""
    return paced(lambda: Lesson(tidy(inputs.lines), inputs.seed), inputs.seconds, clock, show)


class Lesson:
    """A model in training, its curve and its samples; everything but the time is decided by the seed."""

    def __init__(self, lines: list[str], seed: int) -> None:
        from demos.caption_world.watch_it_learn import tiny_gpt2

        self.lines, self.held_out = split(lines)
        self.known = tiny_gpt2.characters_of(lines)
        self.longest = max(map(len, lines)) + 2
        model = tiny_gpt2.untrained(len(self.known), self.longest, seed)
        meter(model)
        self.rows = self.known.encode(self.lines)
        self.unseen = self.known.encode(self.held_out) if self.held_out else None
        self.learner, self.seed = tiny_gpt2.Learner(model, self.rows, seed), seed
        self.curve: list[Point] = []
        self.samples: list[Sample] = []
        self._every = EVERY

    def measure(self) -> None:
        """Adds a point to the curve if it is time for one."""
        from demos.caption_world.watch_it_learn.tiny_gpt2 import measured

        step, model = self.learner.done, self.learner.model
        if step % self._every:
            return
        held_out = math.nan if self.unseen is None else measured(model, self.unseen)
        self.curve.append(Point(step, measured(model, self.rows), held_out))
        if len(self.curve) > MAX_POINTS:
            self.curve, self._every = self.curve[::2], 2 * self._every

    def step(self) -> None:
        """One step."""
        self.learner.step()

    def write(self) -> None:
        """Adds a few lines that the model writes."""
        from demos.caption_world.watch_it_learn.tiny_gpt2 import write

        step = self.learner.done
        found = write(self.learner.model, SAMPLES, self.longest, self.seed + step)
        self.samples += [Sample(step, text, text in self.lines) for text in map(self.known.decode, found)]

    def result(self, seconds: float, finished: bool) -> TrainResult:
        """How far it is."""
        return TrainResult(
            self.learner.done,
            seconds,
            finished,
            False,
            len(self.known),
            len(self.lines),
            len(self.held_out),
            sum(weights.numel() for weights in self.learner.model.parameters()),
            tuple(self.curve),
            tuple(self.samples[-KEPT:]),
        )


def tidy(lines: tuple[str, ...]) -> list[str]:
    """Lines in Unicode's composed form, so that a Korean syllable is one character; blank ones are left
    out."""
    return [text for line in lines if (text := unicodedata.normalize("NFC", line).strip())]


def check_lines(inputs: TrainInputs) -> None:
    """Raises `BadInput` if all lines are blank."""
    if not tidy(inputs.lines):
        raise BadInput("There is nothing to learn from.", "Paste a few lines, or choose an example.")


TRAIN = Endpoint("train_one", train_one, None, check=check_lines, headline=learned)
