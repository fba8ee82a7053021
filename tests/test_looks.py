"""What takes long looks often whether it may go on: inside a batch, in a training, without a model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import torch

from demos.attention.viewer.compute import ATTENTION_HEADS, HeadsInputs
from demos.attention.viewer.measured_map import captures
from demos.budget import Bounds, Budget
from demos.caption_world.watch_it_learn import tiny_gpt2
from demos.caption_world.watch_it_learn.schemas import TrainInputs
from demos.caption_world.watch_it_learn.training import TRAIN, Lesson
from demos.debate.dependence.compute import ADVERSARY
from demos.debate.methods.schemas import TrialInputs
from demos.errors import OverBudget
from demos.foundations.bucketing.measure import MEASURE_LOOPS
from demos.foundations.bucketing.schemas import LoopsInputs
from demos.foundations.forgetting.live import FINE_TUNE
from demos.foundations.forgetting.live import lessons as reviews_lessons
from demos.foundations.forgetting.schemas import LiveInputs
from demos.foundations.shapes.compute import SHAPES
from demos.foundations.shapes.meta_model import _built
from demos.foundations.shapes.schemas import PASTED, ShapesInputs
from demos.models.cache import shared_cache
from demos.models.metered import meter
from demos.models.specs import Spec
from demos.nlp.attention_rollout import rollout
from demos.runner import PLACES, Runner
from demos.stopping import Stopped
from tests import tiny

LAYERS = {family: 5 if family in tiny.ENCODER_DECODERS else 3 for family in tiny.FAMILIES}


class Leaves:
    """A visitor who leaves before the look with this number; 0: who stays. `looks` counts them."""

    def __init__(self, before: int = 0) -> None:
        self.before, self.looks = before, 0

    def __call__(self) -> bool:
        self.looks += 1
        return 0 < self.before <= self.looks


class Clock:
    """Goes on by a second whenever it is looked at."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def looks(compute: Callable[[], object], before: int = 0) -> int:
    """How often a computation looks; raises `Stopped` if its visitor leaves."""
    leaves = Leaves(before)
    with Budget(Bounds(), leaves).computing():
        compute()
    return leaves.looks


def expect_stops(compute: Callable[[], object], least: int) -> None:
    """It looks at least so often, and ends at once wherever its visitor leaves."""
    total = looks(compute)
    assert total >= least
    for before in {2, total // 4, total // 2, 3 * total // 4, total}:
        leaves = Leaves(before)
        with pytest.raises(Stopped), Budget(Bounds(), leaves).computing():
            compute()
        assert leaves.looks == before, "nothing goes on after it"
    with pytest.raises(OverBudget), Budget(Bounds(seconds=total - 2), clock=Clock()).computing():
        compute()  # each look takes a second, and counting begins with the second one
    assert looks(compute) == total, "nothing of what was ended is left"


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_batch_ends_before_its_next_layer(family):
    model = tiny.model(family)
    meter(model)
    meter(model)
    ids = torch.ones(3, 5, dtype=torch.long)
    two_stacks = family in tiny.ENCODER_DECODERS
    more: dict[str, Any] = {"decoder_input_ids": ids[:, :2]} if two_stacks else {}

    def read() -> None:
        with torch.inference_mode():
            model(ids, **more)

    first = 1 + (2 if two_stacks else 1)  # as it begins, and before each stack reads
    expect_stops(read, first + LAYERS[family])


def test_attention_that_was_captured_is_measured_layer_by_layer():
    inputs = HeadsInputs("The cat sat on the mat.")
    with shared_cache().lease(Spec("minilm")) as loaded:
        captures.clear()
        ATTENTION_HEADS.function(inputs, loaded)
        layers = loaded.model.config.num_hidden_layers
        expect_stops(lambda: ATTENTION_HEADS.function(inputs, loaded), layers)
    maps = torch.full((7, 2, 2), 0.5).numpy()
    expect_stops(lambda: rollout(maps), 7)


def test_a_model_without_weights_ends_while_it_is_built_and_while_it_is_traced():
    asked = ShapesInputs(source=PASTED, config='{"model_type": "bert", "num_hidden_layers": 3}')

    def shapes() -> None:
        _built.cache_clear()
        SHAPES.function(asked, ())

    weights, modules = 2 * 3 * 8, 3 * 15  # of the layers; the modules are looked at several times
    expect_stops(shapes, weights + 3 * modules)


def test_loops_that_are_timed_end_between_two_of_them():
    expect_stops(lambda: MEASURE_LOOPS.function(LoopsInputs(1_000, 5), None), 5 * 6)


def test_the_search_for_an_adversary_ends_before_its_next_step():
    asked = TrialInputs("A warm and funny film with a big heart.", "debate-bilstm")

    def search() -> None:
        with closing(ADVERSARY.function(asked, loaded)) as found:
            next(found)

    with shared_cache().lease(Spec("debate-bilstm")) as loaded:
        expect_stops(search, 25)


LINES = ("the cat sat on the mat", "a dog ran to the house", "it was too tired")


def test_a_training_from_nothing_ends_inside_its_steps_and_counts_what_it_reads():
    lesson = Lesson(list(LINES), 0)
    for part in (lesson.measure, lesson.step, lesson.write):
        looked = looks(part)
        assert looked >= 1 + 1 + tiny_gpt2.LAYERS, "a pass and its layers"
        leaves = Leaves(looked)
        with pytest.raises(Stopped), Budget(Bounds(), leaves).computing():
            lesson.learner.done = 0
            part()
    budget = Budget(Bounds())
    with budget.computing():
        lesson.step()
    assert budget.tokens == len(LINES) * (1 + max(map(len, LINES))), "the end in front, and the characters"


def test_a_fine_tuning_ends_inside_its_steps():
    with shared_cache().lease(Spec("bert-tiny-mlm", "masked-lm")) as loaded:
        learning = reviews_lessons(LiveInputs(seconds=60), loaded)
        first = Leaves()
        with Budget(Bounds(), first).computing():
            next(learning)  # it is made, measured, and asked
        assert first.looks > 1 + 1 + 2, "more than one pass of its two layers"
        leaves = Leaves(3)
        with pytest.raises(Stopped), Budget(Bounds(), leaves).computing():
            next(learning)
        assert leaves.looks == 3


@pytest.mark.parametrize(
    ("endpoint", "inputs", "most", "said"),
    [
        (TRAIN, TrainInputs(LINES, seconds=60), Bounds(tokens=5_000), "more than 5,000 tokens"),
        (TRAIN, TrainInputs(LINES, seconds=60), Bounds(seconds=1), "more than 1 seconds"),
        (FINE_TUNE, LiveInputs(seconds=60), Bounds(tokens=5_000), "more than 5,000 tokens"),
    ],
)
def test_a_training_over_its_budget_ends_in_a_sentence_and_holds_nothing(
    monkeypatch, endpoint, inputs, most, said
):
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    run, got = Runner(shared_cache(), bounds=most), []
    with pytest.raises(OverBudget, match=said):
        for result in run.stream(endpoint, inputs):
            got.append(result.finished)
    assert got and not any(got), "what was shown until then stays"
    assert run.places.free == PLACES and not run._turns._taken
