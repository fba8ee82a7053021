"""A tiny GPT-2 on a visitor's lines: losses, seeds, the end, and who may train."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from demos.caption_world.watch_it_learn import tiny_gpt2, training
from demos.caption_world.watch_it_learn.headline import learned
from demos.caption_world.watch_it_learn.own_lines import LINES
from demos.caption_world.watch_it_learn.schemas import Point, Sample, TrainInputs, TrainResult
from demos.caption_world.watch_it_learn.training import TRAIN, lessons, split, tidy, train_one
from demos.caption_world.watch_it_learn.wire import train
from demos.contract import parse
from demos.errors import BadInput, Busy
from demos.nlp.training_places import Places
from demos.stream import Waiting
from tests.headlines import ANY_TEXT, check_sentence

RHYME = TrainInputs(LINES["A rhyme"], seconds=5, seed=3)


def ticking():
    """A clock that is a tenth of a second later each time somebody looks."""
    ticks = itertools.count()
    return lambda: next(ticks) / 10


def run(inputs: TrainInputs) -> list[TrainResult]:
    return [result for result in lessons(inputs, ticking()) if isinstance(result, TrainResult)]


@pytest.fixture(scope="module")
def rhyme() -> list[TrainResult]:
    return run(RHYME)


def test_an_untrained_model_guesses_among_all_characters_and_then_learns(rhyme):
    first, last = rhyme[0], rhyme[-1]
    assert first.step == 0 and abs(first.curve[0].loss - math.log(first.characters)) < 0.1
    assert abs(first.curve[0].held_out - math.log(first.characters)) < 0.1
    assert last.finished and not any(result.finished for result in rhyme[:-1])
    assert last.curve[-1].loss < first.curve[0].loss - 0.5
    assert first.characters == len(set("".join(RHYME.lines))) + 1
    assert (last.lines, last.held_out) == (10, 2)
    assert last.seconds >= 5 and rhyme[-2].seconds < 5
    steps = [result.seconds for result in rhyme]
    assert all(0.5 <= later - sooner for sooner, later in itertools.pairwise(steps[:-1]))


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(rhyme):
    state = torch.get_rng_state()
    again = run(RHYME)[-1]
    assert torch.equal(state, torch.get_rng_state()), "nobody else's draws are touched"
    assert again.curve == rhyme[-1].curve and again.samples == rhyme[-1].samples
    other = run(TrainInputs(RHYME.lines, 5, 4))[-1]
    assert other.curve != again.curve


def test_a_repeated_line_is_learned_by_heart():
    line = "the same words again"
    model = tiny_gpt2.untrained(len(known := tiny_gpt2.characters_of([line])), len(line) + 2, 0)
    learner = tiny_gpt2.Learner(model, known.encode([line] * 4), 0)
    before = tiny_gpt2.measured(model, learner.rows)
    for _ in range(150):
        learner.step()
    assert tiny_gpt2.measured(model, learner.rows) < 0.1 < before
    assert [known.decode(row) for row in tiny_gpt2.write(model, 2, len(line) + 2, 1)] == [line] * 2


def test_the_loss_is_the_mean_over_characters_and_ends_of_all_lines():
    known = tiny_gpt2.characters_of(lines := ["abc", "a"])
    rows = known.encode(lines)
    assert rows.tolist() == [[0, 1, 2, 3, 0], [0, 1, 0, -100, -100]]
    model = tiny_gpt2.untrained(len(known), 5, 0).double()
    nats = 0.0
    for row in ([0, 1, 2, 3, 0], [0, 1, 0]):
        shares = model(input_ids=torch.tensor([row[:-1]])).logits[0].log_softmax(-1)
        nats -= sum(shares[place, wanted].item() for place, wanted in enumerate(row[1:]))
    assert abs(tiny_gpt2.measured(model, rows) - nats / 6) < 1e-9


def test_every_fifth_line_is_held_out_where_there_are_ten():
    few, many = list("abcdefghi"), list("abcdefghij")
    assert split(few) == (few, [])
    assert split(many) == (list("abcdfghi"), ["e", "j"])
    assert tidy(("  가 ", "", "\u1100\u1161")) == ["가", "가"]


def test_a_long_curve_keeps_its_span(monkeypatch):
    monkeypatch.setattr(training, "MAX_POINTS", 4)
    curve = run(TrainInputs(("ab",), 20))[-1].curve
    gaps = {later.step - sooner.step for sooner, later in itertools.pairwise(curve)}
    assert curve[0].step == 0 and len(gaps) == 1 and gaps.pop() > 10 and len(curve) <= 4


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"lines": []}, "nothing to learn from"),
        ({"lines": ["  "]}, "nothing to learn from"),
        ({"lines": ["a"] * 51}, "51 entries; the limit is 50"),
        ({"lines": ["a" * 201]}, "201 characters; the limit is 200"),
        ({"lines": ["a"], "seconds": 61}, "at most 60"),
        ({"lines": ["a"], "seconds": 4}, "at least 5"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_with_a_sentence(values, said):
    with pytest.raises(BadInput, match=said) as refused:
        TRAIN.check(parse(TrainInputs, values))
    assert refused.value.remedy


def test_stop_ends_the_training_with_the_step_under_way(runner, monkeypatch):
    learner = tiny_gpt2.Learner
    stream = runner.stream(TRAIN, TrainInputs(RHYME.lines, 60, 11))
    steps = []

    def step(self, original=learner.step):
        original(self)
        steps.append(self.done)
        if self.done == 3:
            stream.close()  # as from another thread: a step is under way

    monkeypatch.setattr(learner, "step", step)
    assert [result.step for result in stream if isinstance(result, TrainResult)] == [0]
    assert steps == [1, 2, 3]


def test_others_compute_between_two_steps_and_their_time_does_not_count():
    now = itertools.count()
    seconds = 0.0
    for result in lessons(TrainInputs(("ab",), 5), lambda: next(now) / 100):
        for _ in range(1000):
            next(now)
        if isinstance(result, TrainResult):
            seconds = result.seconds
    assert 5 <= seconds < 5.1


def test_places_are_given_in_order_and_a_crowd_is_refused():
    places = Places(1, 2)
    with places.take() as first:
        assert first.is_set()
        second, third = places.take(), places.take()
        waits, gives_up = second.__enter__(), third.__enter__()
        assert not waits.is_set() and not gives_up.is_set()
        with pytest.raises(Busy, match="2 visitors wait"), places.take():
            pass
        third.__exit__(None, None, None)
        with places.take() as fourth:
            assert not fourth.is_set()
    assert waits.is_set()
    second.__exit__(None, None, None)
    with places.take() as free:
        assert free.is_set()


def test_on_a_public_gallery_one_trains_and_the_next_is_told_to_wait(monkeypatch):
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    monkeypatch.setattr(training, "_public", Places(1, 1))
    first, second, third = (train_one(RHYME) for _ in range(3))
    assert next(first).step == 0
    told = next(second)
    assert told.waiting and learned(RHYME, told) and train(RHYME, told)["uniform"] == 0
    assert isinstance(next(second), Waiting)
    with pytest.raises(Busy):
        next(third)
    first.close()
    assert next(second).curve
    second.close()


def test_the_headline_says_what_is_learned_by_heart(rhyme):
    assert "held-out lines" in check_sentence(learned(RHYME, rhyme[-1]))
    assert "3.30" in check_sentence(learned(RHYME, rhyme[0])), "ln 27"
    alone = TrainResult(9, 5.0, True, False, 3, 1, 0, 1, (Point(0, 1.1, math.nan), Point(9, 0.1, math.nan)),
                        (Sample(0, "x", False), Sample(9, "ab", True), Sample(9, "b", False)))  # fmt: skip
    said = check_sentence(learned(RHYME, alone))
    assert "1 of the 2 lines" in said and "held-out" not in said and "from 1.10 to 0.10" in said


@given(st.lists(ANY_TEXT.filter(str.strip), min_size=1, max_size=5))
def test_headlines_quote_nothing_that_was_typed(lines):
    result = TrainResult(
        0, 0, False, False, 9, 1, 0, 1, (Point(0, 2.2, math.nan),), (Sample(0, lines[0], False),)
    )
    check_sentence(learned(RHYME, result))
