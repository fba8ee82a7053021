"""BERT-tiny is fine-tuned on a visitor's reviews, while the visitor watches what it learns and forgets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.foundations.film_reviews import BASE
from demos.foundations.forgetting.reviews import reviews_of
from demos.foundations.forgetting.schemas import Filling, LiveInputs, LiveResult, Point
from demos.held_turn import clock
from demos.models.specs import Loaded, Spec
from demos.nlp.live_training import SHOW, in_turn, paced, split
from demos.nlp.training_places import Places
from demos.nlp.wording import counted, quoted, whole_per_cent
from demos.texts import check_text

MASK = "[MASK]"
FILLINGS = 5
MAX_POINTS = 100
LEAST, MOST = 1e-6, 1e-2
"""Rates that may be tried."""
WAITS = LiveResult(0, 0.0, 0.0, False, True, 0, 0, (), (), (), None)

_public = Places(1, 4, "look at the measured grid above")


def fine_tune(inputs: LiveInputs, loaded: Sequence[Loaded]) -> Iterator[LiveResult]:
    """Fine-tunes a small masked language model on reviews, and yields about twice a second how many it judges
    right, and what its old head says of a gap.

    With ten reviews or more every fifth is held out. On a public gallery one model is trained at a time.
    """
    check_live(inputs)
    yield from in_turn(_public, WAITS, lambda: lessons(inputs, loaded[0]))


def lessons(
    inputs: LiveInputs,
    loaded: Loaded,
    clock: Callable[[], float] = clock,
    show: float = SHOW,
) -> Iterator[LiveResult]:
    """The training itself; between its results stand the turns that it gives back."""
    return paced(lambda: Lesson(inputs, loaded), inputs.seconds, clock, show, show)


class Lesson:
    """The model in training, its curve, and what its old head says."""

    def __init__(self, inputs: LiveInputs, loaded: Loaded) -> None:
        from demos.foundations.forgetting.two_heads import Learner, encoded

        self.loaded = loaded
        self.own, self.unseen = split(reviews_of(inputs.reviews))
        self.rows, self.held_rows = (
            encoded([one.text for one in part], loaded) if part else [] for part in (self.own, self.unseen)
        )
        self.gap = loaded.tokenizer(inputs.gap.replace(MASK, loaded.tokenizer.mask_token))["input_ids"]
        self.learner = Learner(loaded, self.rows, [one.label for one in self.own], inputs.rate, inputs.seed)
        self.before = self.now = self._fillings()
        self.first = self.before[0].word
        self.curve: list[Point] = []
        self._every = 1

    def step(self) -> None:
        """One step."""
        self.learner.step()

    def measure(self) -> None:
        """Adds a point to the curve if it is time for one."""
        if self.learner.done % self._every:
            return
        learned = self.learner.right(self.rows, [one.label for one in self.own])
        labels = [one.label for one in self.unseen]
        held_out = self.learner.right(self.held_rows, labels) if labels else math.nan
        self.curve.append(Point(self.learner.done, learned, held_out, self._probability(self.first)))
        if len(self.curve) > MAX_POINTS:
            self.curve, self._every = self.curve[::2], 2 * self._every

    def write(self) -> None:
        """Asks the old head again."""
        self.now = self._fillings()

    def result(self, seconds: float, finished: bool) -> LiveResult:
        """How far it is."""
        return LiveResult(
            self.learner.done,
            self.learner.done / self.learner.steps_per_epoch,
            seconds,
            finished,
            False,
            len(self.own),
            len(self.unseen),
            tuple(self.curve),
            self.before,
            self.now,
            self.loaded.origin,
        )

    def _shares(self):
        import torch

        place = self.gap.index(self.loaded.tokenizer.mask_token_id)
        with torch.no_grad():
            return self.learner.model(torch.tensor([self.gap])).logits[0, place].softmax(-1)

    def _fillings(self) -> tuple[Filling, ...]:
        found = self._shares().topk(FILLINGS)
        return tuple(
            Filling(self.loaded.tokenizer.convert_ids_to_tokens(index), share)
            for share, index in zip(found.values.tolist(), found.indices.tolist(), strict=True)
        )

    def _probability(self, word: str) -> float:
        return float(self._shares()[self.loaded.tokenizer.convert_tokens_to_ids(word)])


def headline(_: LiveInputs, result: LiveResult) -> str:
    """What it has learned so far, and whether it still says of the gap what it said."""
    if result.waiting:
        return "Another visitor's model is being trained: yours waits for its turn."
    first, last = result.curve[0], result.curve[-1]
    right = round(last.learned * result.reviews)
    said = f"After {counted(last.step, 'step')} it judges {right} of its {result.reviews} reviews right"
    if result.held_out:
        said += f" and {round(last.held_out * result.held_out)} of {result.held_out} held out"
    word = quoted(result.before[0].word, 20)
    return f"{said}; in the gap {word} went from {whole_per_cent(first.kept)} to {whole_per_cent(last.kept)}."


def check_live(inputs: LiveInputs) -> None:
    """Raises `BadInput` for reviews, a gap or a rate that nothing can be shown with."""
    reviews_of(inputs.reviews)
    check_text(inputs.gap, "sentence with the gap")
    if (gaps := inputs.gap.count(MASK)) != 1:
        raise BadInput(f"The sentence has {gaps or 'no'} {'gaps' if gaps else 'gap'}.", "Write [MASK] once.")
    if not LEAST <= inputs.rate <= MOST:
        what = "destroys the model in its first step" if inputs.rate > MOST else "changes nothing in a minute"
        raise BadInput(
            f"A rate of {inputs.rate:g} {what}: a step moves every weight by about the rate, and most "
            "weights are smaller than 0.1.",
            "Choose 0.000001 to 0.01.",
        )


FINE_TUNE = Endpoint(
    "fine_tune",
    fine_tune,
    None,
    check=check_live,
    several=lambda inputs: [Spec(BASE, "masked-lm")],
    headline=headline,
)
