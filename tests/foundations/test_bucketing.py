"""Padding and buckets: layouts counted by hand and by force, equal answers in order, clocks, the page."""

from __future__ import annotations

import itertools
import json
import re
import statistics
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.contract import parse
from demos.errors import BadInput
from demos.foundations import bucketing as demo
from demos.foundations.bucketing import wire
from demos.foundations.bucketing.compute import BUCKETING, answered, bucketing, power_above, rows_of
from demos.foundations.bucketing.headline import of_layouts, of_loops, of_times, share
from demos.foundations.bucketing.layout import WAYS, bounds, layouts
from demos.foundations.bucketing.measure import LOOPS, in_turns, measure_buckets, measure_loops
from demos.foundations.bucketing.schemas import (
    BATCHES,
    MAX_BUCKETS,
    BucketingInputs,
    BucketingResult,
    LoopsInputs,
    LoopsResult,
    MeasureInputs,
    MeasureResult,
    Timed,
)
from demos.foundations.bucketing.show import loops_html, times_html
from demos.foundations.bucketing.texts import FORTY
from demos.models.specs import Origin, Spec
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor, example_buttons
from tests.headlines import HOSTILE, check_sentence

LENGTHS = st.lists(st.integers(1, 200), min_size=2, max_size=64)
ORIGIN = Origin("minilm", "MiniLM", None, None, "bundled", "Apache-2.0", "")
SHORT = FORTY[:6]


@pytest.fixture(scope="module")
def loaded(runner):
    with runner.cache.lease(Spec("minilm")) as found:
        yield found


# Counting


def test_padding_by_hand():
    """Lengths 5 1 4 2 in twos. In order 5+5 and 4+4; sorted 5+5 and 2+2; the two buckets hold 1, 2 and 5, 4,
    and the one with 5 and 4 is full first."""
    order, ranked, bucketed = layouts([5, 1, 4, 2], 2, 2)
    assert (order.cells, order.wasted, order.moved) == (18, 6, 0)
    assert (ranked.batches, ranked.cells, ranked.wasted) == (((0, 2), (3, 1)), 14, 2)
    assert (bucketed.batches, bucketed.wasted) == (((0, 2), (1, 3)), 2)
    assert bounds([5, 1, 4, 2], 2) == [2, 5]
    assert ranked.moved == 3, "text 0 is computed first in every way; the others come at other places"


@given(LENGTHS, st.sampled_from(BATCHES), st.integers(1, MAX_BUCKETS))
def test_every_text_is_computed_once_and_padding_is_what_is_left(lengths, batch, buckets):
    for way in layouts(lengths, batch, buckets):
        assert sorted(itertools.chain(*way.batches)) == list(range(len(lengths)))
        assert all(1 <= len(one) <= batch for one in way.batches)
        padded = np.zeros((len(lengths), 201), bool)
        for one in way.batches:
            padded[list(one), : max(lengths[text] for text in one)] = True
        assert way.cells == padded.sum() and way.wasted == way.cells - sum(lengths) >= 0


@given(LENGTHS, st.sampled_from(BATCHES), st.integers(1, MAX_BUCKETS))
def test_a_bucket_holds_one_range_of_lengths_in_the_order_of_arrival(lengths, batch, buckets):
    *_, way = layouts(lengths, batch, buckets)
    ends = bounds(lengths, min(buckets, len(lengths)))
    assert len(ends) <= buckets and ends[-1] == max(lengths)
    for one in way.batches:
        assert list(one) == sorted(one)
        assert len({next(end for end in ends if lengths[text] <= end) for text in one}) == 1
    one_bucket = layouts(lengths, batch, 1)
    assert one_bucket[2].batches == one_bucket[0].batches, "a single bucket is the order of arrival"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=4, max_size=4) | st.lists(st.integers(1, 9), min_size=6, max_size=6)
)
def test_with_full_batches_no_order_wastes_less_than_sorted(lengths):
    least = min(
        layouts([lengths[text] for text in order], 2, 1)[0].wasted
        for order in itertools.permutations(range(len(lengths)))
    )
    assert layouts(lengths, 2, 1)[1].wasted == least


def test_with_a_batch_that_is_not_full_sorted_can_waste_more_as_the_limits_say():
    order, ranked, _ = layouts([1, 1, 10], 2, 1)
    assert (order.wasted, ranked.wasted) == (0, 9)
    assert "not full" in demo.INFO.limits


# The same answers


def test_answers_come_back_in_order_and_equal_those_without_padding(loaded):
    rows = rows_of(SHORT, loaded)
    alone = np.concatenate([answered([row], layouts([len(row)], 2, 1)[0], loaded) for row in rows])
    for way in layouts([len(row) for row in rows], 4, 2):
        assert np.abs(answered(rows, way, loaded) - alone).max() < 1e-5, way.way


def test_the_result_tells_how_far_the_ways_are_apart(loaded):
    found = bucketing(BucketingInputs(SHORT, 4, 2), loaded)
    assert found.lengths == tuple(len(loaded.tokenizer(text)["input_ids"]) for text in SHORT)
    assert found.apart <= 1e-5 and found.layouts == layouts(found.lengths, 4, 2)
    assert [way.way for way in found.layouts] == list(WAYS)


def test_answers_that_are_not_put_back_would_be_noticed(loaded, monkeypatch):
    from demos.foundations.bucketing import compute

    def forgetful(rows, layout, loaded):
        order = [text for batch in layout.batches for text in batch]
        return answered(rows, layout, loaded)[order]

    monkeypatch.setattr(compute, "answered", forgetful)
    assert bucketing(BucketingInputs(SHORT, 4, 2), loaded).apart > 1e-2


def test_digits_that_depend_on_the_processor_are_rounded_up():
    assert [power_above(one) for one in (0.0, 1e-12, 2e-7, 1e-6, 0.3)] == [1e-9, 1e-9, 1e-6, 1e-6, 1.0]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["one"], "at least 2"),
        (["a"] * 65, "limit is 64"),
        (["a", "  "], "text 2 is empty"),
        (["a", "word " * 300], "302 tokens; the limit is 256"),
        (["a", "x" * 2001], "limit is 2,000"),
    ],
)
def test_what_cannot_be_batched_is_refused_with_a_reason(loaded, texts, said):
    with pytest.raises(BadInput, match=said):
        bucketing(parse(BucketingInputs, {"texts": texts}), loaded)
    with pytest.raises(BadInput):
        parse(BucketingInputs, {"batch": 3})


# Clocks


def test_ways_take_turns_and_ratios_compare_the_same_round():
    now, calls = [0.0], []

    def way(name, seconds):
        def run():
            calls.append(name)
            now[0] += seconds * (1 + len(calls))  # the machine gets slower

        return run

    timed = in_turns({"a": way("a", 2.0), "b": way("b", 1.0)}, 5, clock=lambda: now[0])
    assert [one.way for one in timed] == ["a", "b"] and all(len(one.each) == 5 for one in timed)
    assert calls.count("a") == calls.count("b") == 6, "a round before that is not counted"
    assert timed[0].ratios == (1.0,) * 5
    assert timed[1].ratios == pytest.approx(
        [b / a for a, b in zip(timed[0].each, timed[1].each, strict=True)]
    )


def test_the_three_ways_are_timed_on_the_texts(loaded):
    found = measure_buckets(MeasureInputs(SHORT, 4, 2, 3), loaded)
    assert [way.way for way in found.ways] == list(WAYS)
    assert (found.texts, found.batch, found.buckets) == (6, 4, 2) and found.threads >= 1
    check_sentence(of_times(None, found))
    html = times_html(found)
    assert "6 texts, batches of 4, 2 buckets" in html and html.count("<tr>") == 4


def test_all_ways_to_double_numbers_are_timed():
    found = measure_loops(LoopsInputs(1_000, 5), None)
    assert tuple(way.way for way in found.ways) == LOOPS
    check_sentence(of_loops(None, found))
    assert "1,000 whole numbers" in loops_html(found)


# What is said and drawn

TIMES = st.lists(st.floats(1e-9, 1e4), min_size=3, max_size=9)


@given(LENGTHS, st.sampled_from(BATCHES), st.integers(1, MAX_BUCKETS))
def test_the_headline_has_the_shares_of_the_three_ways(lengths, batch, buckets):
    ways = layouts(lengths, batch, buckets)
    said = check_sentence(of_layouts(None, BucketingResult(tuple(lengths), ways, 0.0, 0.0, ORIGIN)))
    told = [int(share) for share in re.findall(r"(\d+) %", said)]
    assert len(told) == 3
    for each, way in zip(told, ways, strict=True):
        assert abs(each - 100 * way.wasted / way.cells) <= 1 and (each == 0) == (way.wasted == 0)


@given(st.lists(TIMES, min_size=5, max_size=5))
def test_times_are_told_with_their_range(ratios):
    ways = tuple(Timed(name, tuple(one), tuple(one)) for name, one in zip(LOOPS, ratios, strict=True))
    measured = MeasureResult(ways[:3], 64, 32, 6, 64, 1.0, ORIGIN)
    for said in (of_times(None, measured), of_loops(None, LoopsResult(ways, 100_000, 1.0))):
        check_sentence(said)
        assert said.count(" to ") >= 2 and "round" in said
    low, middle, high = map(share, (min(ratios[1]), statistics.median(ratios[1]), max(ratios[1])))
    told = f"sorted {middle} ({low} to {high})"
    assert told in of_times(None, measured)


def test_every_setting_of_the_sliders_is_drawn():
    inputs = BucketingInputs((HOSTILE, *SHORT), 16, 3)
    lengths = tuple(range(1, 8))
    result = BucketingResult(lengths, layouts(lengths, 16, 3), 1e-6, 0.0, ORIGIN)
    drawn = json.loads(json.dumps(wire.drawn(inputs, result)))
    assert (drawn["batches"][drawn["batch"]], drawn["buckets"]) == (16, 3)
    assert "no number differs by more than 0.000001. By bucket, 0 answers had" in drawn["proof"]
    for batch, row in zip(BATCHES, drawn["settings"], strict=True):
        for buckets, setting in enumerate(row, 1):
            ways = layouts(lengths, batch, buckets)
            assert [way["batches"] for way in setting["ways"]] == [
                [list(one) for one in way.batches] for way in ways
            ]
            assert setting["said"] == of_layouts(None, replace(result, layouts=ways))


# The page


def test_an_example_is_batched_and_a_button_measures_with_the_texts(loaded):
    asked = []

    def run(endpoint, inputs):
        asked.append((endpoint.name, inputs))
        return endpoint.function(
            replace(inputs, repeats=3) if endpoint.name == "measure_buckets" else inputs, loaded
        )

    with Blocks() as page:
        demo.build(run)
    visitor = Visitor(page)
    visitor.press(example_buttons(page)[4])
    texts = demo.EXAMPLES[4].inputs.texts
    assert asked == [("bucketing", BucketingInputs(texts))]
    drawing = next(block for block in page.blocks.values() if block.elem_id == "bucketing-areas")
    assert visitor.values[drawing._id]["texts"] == list(texts)
    button = next(
        block for block in page.blocks.values() if getattr(block, "value", "") == "Measure it here, now"
    )
    visitor.press(button)
    assert asked[-1] == ("measure_buckets", MeasureInputs(texts))
    assert "On this machine just now" in " ".join(map(str, visitor.values.values()))


def test_examples_are_of_this_page_alone_and_fit_its_limits():
    for example in demo.EXAMPLES:
        assert parse(BucketingInputs, {"texts": list(example.inputs.texts)}) == example.inputs
    assert len(FORTY) == len(set(FORTY)) == 40 and BUCKETING.head == "base"
