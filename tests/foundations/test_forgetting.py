"""Fine-tuning and forgetting: what is trained and what is not, the measured grid, a live training."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import pytest
import torch

from demos.contract import parse
from demos.errors import BadInput, Busy
from demos.foundations.film_reviews import figures
from demos.foundations.forgetting import EXAMPLES, live
from demos.foundations.forgetting.curves import Line, curves
from demos.foundations.forgetting.grid import GRID, grid_of, headline, rate_said
from demos.foundations.forgetting.live import FINE_TUNE, check_live, fine_tune, lessons
from demos.foundations.forgetting.reviews import LINES, Review, review_of, reviews_of
from demos.foundations.forgetting.schemas import (
    Filling,
    GridInputs,
    LiveInputs,
    LiveResult,
    Point,
)
from demos.foundations.forgetting.show import show_grid, show_live
from demos.foundations.forgetting.two_heads import LONGEST, Learner, encoded
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp.live_training import split
from demos.nlp.training_places import Places
from demos.stream import Waiting
from tests.headlines import HOSTILE, check_sentence

TEXTS = ["a fine film", "a bad film indeed", "warm and funny", "dull and loud and far too long"]
LABELS = [1, 0, 1, 0]
MEASURED = {
    "train": 10,
    "dev": 100,
    "gaps": 400,
    "runs": [
        {"rate": 0.01, "seed": 0, "reviews": [0.5, 0.7], "gaps": [0.4, 0.1]},
        {"rate": 0.001, "seed": 0, "reviews": [0.5, 0.8], "gaps": [0.4, 0.3]},
        {"rate": 0.01, "seed": 1, "reviews": [0.4, 0.9], "gaps": [0.4, 0.2]},
        {"rate": 0.001, "seed": 1, "reviews": [0.4, 0.6], "gaps": [0.4, 0.35]},
    ],
}


@pytest.fixture(scope="module")
def bert():
    with shared_cache().lease(Spec("bert-tiny-mlm", "masked-lm")) as loaded:
        yield loaded


@pytest.fixture
def learner(bert):
    return Learner(bert, encoded(TEXTS, bert), LABELS, 1e-3, 0)


def ticking():
    """A clock that is half a second later each time somebody looks."""
    ticks = itertools.count()
    return lambda: next(ticks) / 2


def results(inputs: LiveInputs, bert) -> list[LiveResult]:
    return [one for one in lessons(inputs, bert, ticking()) if isinstance(one, LiveResult)]


def test_the_encoder_and_the_new_head_learn_and_the_old_head_is_left_alone(bert, learner):
    before = {name: weights.clone() for name, weights in bert.model.named_parameters()}
    first = learner.step()
    assert first == pytest.approx(math.log(2), abs=0.4), "an untrained head guesses"
    for _ in range(20):
        last = learner.step()
    assert last < first
    for name, weights in learner.model.named_parameters():
        changes = not name.startswith("cls.")
        assert torch.equal(weights, before[name]) != changes, name
    assert all(torch.equal(weights, before[name]) for name, weights in bert.model.named_parameters())
    assert learner.model.get_output_embeddings().weight is learner.model.get_input_embeddings().weight


def test_the_new_head_reads_cls_whatever_else_is_in_the_batch(bert, learner):
    rows = encoded(TEXTS, bert)
    together = learner.scores(rows)
    for row, scores in zip(rows, together, strict=True):
        states = learner.model.bert(torch.tensor([row])).last_hidden_state[0, 0]
        wanted = learner.head.weight @ states + learner.head.bias
        assert scores.tolist() == pytest.approx(wanted.tolist(), abs=1e-5)
    right = sum(int(scores.argmax()) == label for scores, label in zip(together, LABELS, strict=True))
    assert learner.right(rows, LABELS) == right / 4
    assert max(map(len, encoded(["word " * 500], bert))) == LONGEST


def test_an_epoch_has_every_review_once(bert):
    rows = encoded([f"film number {number} " + "very " * (number % 9) for number in range(70)], bert)
    made = Learner(bert, rows, [0, 1] * 35, 1e-3, 0)
    batches = made._batches()
    assert sorted(i for batch in batches for i in batch) == list(range(70))
    assert len(batches) == made.steps_per_epoch == 3 and max(map(len, batches)) == 32


def test_the_seed_decides_and_nobody_elses_draws_are_touched(bert):
    state = torch.get_rng_state()

    def trained(seed: int) -> list[float]:
        made = Learner(bert, encoded(TEXTS, bert), LABELS, 1e-3, seed)
        return [made.step() for _ in range(3)]

    assert trained(0) == trained(0) != trained(1)
    assert torch.equal(state, torch.get_rng_state())


def test_cells_are_means_over_seeds_by_rate(origin):
    grid = grid_of(MEASURED, origin)
    assert [row.rate for row in grid.rows] == [0.001, 0.01] and grid.seeds == 2
    cell = grid.rows[1].cells[1]
    assert (cell.reviews, cell.gaps) == pytest.approx((0.8, 0.15))
    assert (cell.reviews_by_seed, cell.gaps_by_seed) == ((0.7, 0.9), (0.1, 0.2))
    said = check_sentence(headline(GridInputs(0.01, 1), grid))
    assert "80 % of reviews right (95 % interval 71 % to 87 %)" in said and "before 40 %" in said
    assert "by chance" in check_sentence(headline(GridInputs(0.01, 0), grid))
    assert rate_said(3e-5) == "0.00003" and rate_said(1.0) == "1"


def test_every_cell_opens_its_rows_curves(origin):
    page = show_grid(GridInputs(0.01, 1), grid_of(MEASURED, origin))
    assert page.count('type="radio"') == 4 and page.count(" checked") == 1
    assert page.count('data-row="1"') == 3 and page.count("<svg") == 2
    assert "means of 2 runs" in page.lower()


def test_the_measured_grid_needs_no_torch():
    code = (
        "import sys\n"
        "from demos.foundations.forgetting.grid import BASE, GRID, GridInputs\n"
        "from demos.models.cache import shared_cache\n"
        "from demos.runner import Runner\n"
        "assert Runner(shared_cache())(GRID, GridInputs()).origin.checkpoint == BASE\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_all_that_was_measured_can_be_opened(runner):
    result = runner(GRID, GridInputs())
    for row in result.rows:
        for cell in row.cells:
            inputs = GridInputs(row.rate, cell.epochs)
            GRID.check(inputs)
            check_sentence(headline(inputs, result))
            assert show_grid(inputs, result).count(" checked") == 1
    for example in EXAMPLES:
        GRID.check(example.inputs)


@pytest.mark.parametrize(
    ("values", "said"), [({"rate": 10}, "10 was not measured"), ({"epochs": 9}, "9 epochs")]
)
def test_a_cell_that_was_not_measured_is_refused(values, said):
    with pytest.raises(BadInput, match=said) as refused:
        GRID.check(parse(GridInputs, values))
    assert refused.value.remedy


def test_the_shipped_figures_show_what_the_page_claims(origin):
    measured = grid_of(figures(), origin)
    small, large = measured.rows[0].cells, measured.rows[-1].cells
    assert small[3].gaps > 0.9 * small[0].gaps, "the smallest rate forgets little"
    assert large[3].gaps < 0.1 * large[0].gaps, "the largest forgets nearly everything"
    kept = figures()["kept"]
    best = max(row.cells[kept["epochs"]].reviews for row in measured.rows)
    near = [row.rate for row in measured.rows if row.cells[kept["epochs"]].reviews >= best - 0.01]
    assert kept["rate"] == near[0]


def test_reviews_are_read_with_their_signs():
    assert review_of("+ a warm film") == Review("a warm film", 1)
    assert review_of("−dull") == review_of("-dull") == Review("dull", 0)
    assert review_of("- 지루한 영화 🙂").label == 0
    own, held_out = split(reviews_of(LINES))
    assert (len(own), len(held_out)) == (24, 6)
    assert sum(one.label for one in own) == 12 and sum(one.label for one in held_out) == 3
    assert len(set(LINES)) == len(LINES)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reviews": []}, "at least one good and one bad"),
        ({"reviews": ["+ a", "+ b"]}, "at least one good and one bad"),
        ({"reviews": ["a warm film"]}, "no review with its label"),
        ({"reviews": ["+ !"]}, "no review with its label"),
        ({"reviews": ["+ a"] * 61}, "limit is 60"),
        ({"reviews": ["+" + "a" * 200]}, "limit is 200"),
        ({"gap": " "}, "empty"),
        ({"gap": "no gap"}, "has no gap"),
        ({"gap": "[MASK] [MASK]"}, "has 2 gaps"),
        ({"rate": 10}, "A rate of 10 destroys the model"),
        ({"rate": 0}, "A rate of 0 changes nothing"),
        ({"rate": -1}, "A rate of -1"),
        ({"seconds": 61}, "at most 60"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_with_a_sentence(values, said):
    with pytest.raises(BadInput, match=said) as refused:
        check_live(parse(LiveInputs, values))
    assert refused.value.remedy


def test_a_large_rate_forgets_the_gap_and_the_held_out_reviews_are_not_trained_on(bert):
    inputs = LiveInputs(LINES, rate=1e-2, seconds=30)
    first, *_, last = results(inputs, bert)
    assert first.step == 0 and last.finished and last.step > 5
    assert (last.reviews, last.held_out) == (24, 6)
    assert first.curve[0].kept == pytest.approx(first.before[0].probability)
    assert last.before == first.before == first.now
    assert last.curve[-1].kept < first.curve[0].kept / 2
    assert last.epochs == last.step  # one batch
    check_sentence(live.headline(inputs, last))
    assert show_live(last, 30).count("<svg") == 1


def test_the_same_seed_gives_the_same_curve(bert):
    inputs = LiveInputs(LINES[:4], seconds=8, seed=5)
    one, other = (results(inputs, bert)[-1] for _ in range(2))
    assert repr(one.curve) == repr(other.curve) and one.now == other.now  # repr: no NaN equals another
    assert math.isnan(one.curve[0].held_out)


def test_a_long_curve_keeps_its_span(bert, monkeypatch):
    monkeypatch.setattr(live, "MAX_POINTS", 4)
    curve = results(LiveInputs(LINES[:2], seconds=25), bert)[-1].curve
    gaps = {later.step - sooner.step for sooner, later in itertools.pairwise(curve)}
    assert curve[0].step == 0 and len(gaps) == 1 and gaps.pop() > 1 and len(curve) <= 4


def test_on_a_public_gallery_one_trains_and_the_next_is_told_to_wait(bert, monkeypatch):
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    monkeypatch.setattr(live, "_public", Places(1, 1, "look above"))
    inputs = LiveInputs(LINES[:2])
    first, second, third = (fine_tune(inputs, [bert]) for _ in range(3))
    assert next(first).step == 0
    told = next(second)
    assert told.waiting and "waits" in check_sentence(live.headline(inputs, told)) and show_live(told, 20)
    assert isinstance(next(second), Waiting)
    with pytest.raises(Busy, match="look above"):
        next(third)
    first.close()
    assert next(second).curve
    second.close()


def test_it_streams_through_the_runner(runner):
    stream = runner.stream(FINE_TUNE, LiveInputs(LINES[:6], seconds=60))
    assert next(stream).step == 0
    stream.close()


def test_what_is_shown_is_escaped():
    fillings = (Filling(HOSTILE, 0.5),)
    curve = (Point(0, 0.5, math.nan, 0.5), Point(2000, 1.0, math.nan, 0.1))
    result = LiveResult(2000, 2000.0, 9.0, True, False, 2, 0, curve, fillings, fillings, None)
    assert "<script" not in show_live(result, 9, True) and "stopped by you" in show_live(result, 9, True)
    check_sentence(live.headline(LiveInputs(), result))
    drawn = curves([Line("<b>", "curve-new", [0, 1], [0.0, math.nan])], "steps", '"<i>"')
    assert "<b>" not in drawn and "<i>" not in drawn and "nan" not in drawn
