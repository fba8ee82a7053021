"""Positions, the page: what an example asks and draws, and what is measured and drawn where figures are."""

from __future__ import annotations

import gradio as gr
import pytest

from demos.foundations import positions as demo
from demos.foundations.positions import page, reported, wire
from demos.foundations.positions.headline import of_lengths, of_maps, of_shuffle
from demos.foundations.positions.schemas import TITLES, MapInputs, MapResult, PositionMap, ShuffleInputs
from demos.foundations.positions.shuffle import SHUFFLE_WORDS, shuffle_words
from demos.foundations.positions.similarity import POSITION_MAPS
from demos.models.specs import Origin
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor, example_buttons
from tests.caption_world.who_models import TEXT
from tests.foundations.test_positions import five, maps, t5  # noqa: F401 (fixtures)
from tests.headlines import check_sentence


@pytest.fixture
def visited(five, maps, monkeypatch):  # noqa: F811
    asked = []
    monkeypatch.setattr(page, "snippet", lambda *_: "")  # the answer below is to another text

    def run(endpoint, inputs):
        asked.append((endpoint, inputs))
        return maps if endpoint is POSITION_MAPS else shuffle_words(ShuffleInputs(TEXT, inputs.seed), [five])

    with Blocks() as blocks:
        demo.build(run)
    return Visitor(blocks), blocks, asked


def value(visitor: Visitor, blocks: gr.Blocks, name: str):
    return visitor.values[next(one._id for one in blocks.blocks.values() if one.elem_id == name)]


def test_an_example_asks_for_the_maps_and_for_its_caption(visited):
    visitor, blocks, asked = visited
    visitor.press(example_buttons(blocks)[3])
    assert (POSITION_MAPS, MapInputs()) in asked
    assert (SHUFFLE_WORDS, demo.EXAMPLES[3].inputs) in asked and len(asked) == 2
    assert len(value(visitor, blocks, "positions-map")["maps"]) == 4
    assert value(visitor, blocks, "positions-shuffle")["words"][:2] == ("A", "tiny")


def test_shuffle_takes_the_next_order(visited):
    visitor, blocks, asked = visited
    visitor.press(example_buttons(blocks)[3])
    again = next(one for one in blocks.blocks.values() if getattr(one, "value", "") == page.SHUFFLE)
    visitor.press(again)
    assert asked[-1][0] is SHUFFLE_WORDS and asked[-1][1].seed == demo.EXAMPLES[3].inputs.seed + 1
    assert [page.following(seed) for seed in (0, 9_999, None)] == [1, 0, 1]


def test_without_figures_the_third_part_is_left_out(monkeypatch):
    monkeypatch.setattr(reported, "figures", dict)
    with Blocks() as blocks:
        demo.build(lambda endpoint, inputs: None)
    assert "positions-lengths" not in {block.elem_id for block in blocks.blocks.values()}


def test_numbers_travel_as_text_where_they_are_read(maps):  # noqa: F811
    drawn = wire.maps(maps)
    assert {one["said"] for one in drawn["maps"] if one["distances"]} == {"Distance alone decides."}
    rows = ((1.0, 0.5, 0.2), (0.25, 1.0, 0.9), (0.0, 0.1, 1.0))
    alone = MapResult((PositionMap("learned", "<script>", "", rows, (), 0.842),), 0.0, Origin(*[""] * 7))
    assert "84 %" in check_sentence(of_maps(None, alone)) and "84 %" in wire.maps(alone)["maps"][0]["said"]


# What is shipped


@pytest.mark.skipif(not reported.figures(), reason="not measured yet")
def test_the_shipped_figures_make_a_sentence_and_a_curve():
    check_sentence(of_lengths(reported.lines(), reported.count("trained_length")))
    assert {line.scheme for line in reported.lines()} == set(TITLES)
    ends = {line.scheme: line.points[-1].length for line in reported.lines()}
    assert ends.pop("learned") == 24 and set(ends.values()) == {64}
    still = next(one for one in reported.when_shuffled() if one.scheme == "none")
    assert (still.lost, still.error) == (0, 0)


@pytest.mark.parametrize("example", demo.EXAMPLES, ids=lambda example: example.label)
def test_the_shipped_encoder_without_positions_never_notices(example, runner):
    found = runner(SHUFFLE_WORDS, example.inputs)
    check_sentence(of_shuffle(None, found))
    for gap in found.gaps:
        still, *others = gap.changes
        assert not still.changed and still.moved < 1e-4
        assert all(change.moved > 1e-3 for change in others)
