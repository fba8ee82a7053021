"""What the lessons' tours say of their examples is what the recorded answers hold."""

from __future__ import annotations

import pytest

from demos.caption_world import next_sentence
from demos.caption_world.next_sentence import figures
from demos.caption_world.next_sentence.show import easy
from demos.foundations import (
    bias,
    bucketing,
    dialects,
    forgetting,
    positions,
    shapes,
    teacher_forcing,
    tokens,
)
from demos.foundations.bucketing.layout import layouts
from demos.foundations.forgetting.grid import cell_of
from demos.foundations.positions.schemas import TITLES
from demos.foundations.teacher_forcing.figures import measured
from demos.foundations.tokens.headline import sizes
from demos.foundations.tokens.schemas import MergesInputs
from demos.models.cache import shared_cache
from demos.nlp.mean_interval import mean_interval
from demos.recordings import Replay, replaying
from demos.runner import Runner
from demos.ui.tour import FOLDER, read_tour

LESSONS = [bias, bucketing, dialects, forgetting, next_sentence, positions, shapes, teacher_forcing, tokens]


def recorded(endpoint, inputs):
    with replaying(Replay(only=True)):
        return Runner(shared_cache())(endpoint, inputs)


def of(demo, label):
    return next(example.inputs for example in demo.EXAMPLES if example.label == label)


@pytest.mark.parametrize("demo", LESSONS, ids=lambda demo: demo.INFO.slug)
def test_every_lesson_has_a_short_tour(demo):
    chunks = read_tour(FOLDER / f"{demo.INFO.slug}.toml").chunk
    assert 3 <= len(chunks) <= 6 and all(chunk.point for chunk in chunks)


def test_tokens():
    def merges(label):
        return recorded(tokens.BPE_MERGES, MergesInputs(of(tokens, label).text))

    def readings(label):
        return recorded(tokens.TOKENIZE, of(tokens, label)).readings

    low = merges("Low, lower, lowest")
    assert len(low.merges) == 15 and sizes(low, 15) == sum(low.counts)
    assert len(merges("Why Korean costs more").merges) == 8
    assert len(merges("Emoji, numbers, spaces").merges) == 3
    lines = {one.title.split()[0]: one.lines for one in readings("Why Korean costs more")}
    assert lines["SmolLM2"][0] < lines["SmolLM2"][1]
    [korean] = [one.lines for one in readings("Why Korean costs more") if "Korean" in one.title]
    assert korean[0] > korean[1]
    [able] = [one for one in readings("Emoji, numbers, spaces") if not one.unknown]
    assert able.returns and "SmolLM2" in able.title


def test_positions():
    found = recorded(positions.SHUFFLE_WORDS, of(positions, "Who watches?"))
    gap = found.gaps[3]
    assert found.words[gap.word] == "over" and list(TITLES)[0] == "none"
    none, *others = gap.changes
    assert none.moved < 5e-4 and all(one.before.text == "over" and one.changed for one in others)


def test_teacher_forcing():
    found = recorded(teacher_forcing.TEACHER_FORCING, of(teacher_forcing, "One or several?"))
    several, shirt = found.changes[1], found.changes[12]
    assert (several.instead, found.words[several.word].text) == ("Mehrere", "Eine") and any(several.moved)
    assert any(several.apart)
    assert (shirt.instead, found.words[shirt.word].text, any(shirt.moved)) == ("Hemd", "Kleid", False)
    assert 2 * sum(any(one.moved) for one in found.changes) < len(found.changes)
    for losses in measured().values():
        first, *later = [place.own - place.right for place in losses.places]
        assert all(first < gap for gap in later)
    other = recorded(teacher_forcing.TEACHER_FORCING, of(teacher_forcing, "Not a caption"))
    assert 2 * sum(any(one.moved) for one in other.changes) > len(other.changes) and other.changes[4].moved


def test_bucketing():
    lengths = recorded(bucketing.BUCKETING, of(bucketing, "Forty short texts")).lengths

    def wasted(batch, buckets):
        return [way.wasted / way.cells for way in layouts(lengths, batch, buckets)]

    order, ranked, bucketed = wasted(8, 4)
    assert order == pytest.approx(2 / 3, abs=0.02) and bucketed == pytest.approx(ranked, abs=0.02)
    order, ranked, bucketed = wasted(32, 4)
    assert order - ranked < 0.05 < order - bucketed
    assert all(len(batch) < 32 for batch in layouts(lengths, 32, 4)[2].batches)
    order, _, bucketed = wasted(8, 1)
    assert order == bucketed


def test_forgetting():
    def cell(label):
        inputs = of(forgetting, label)
        return cell_of(inputs, recorded(forgetting.GRID, inputs))[1]

    small, large, third = map(cell, ("Three epochs, a small rate", "Ten times the rate", "A third of it"))
    assert abs(small.reviews - large.reviews) < 0.03 and large.gaps < 0.25 * small.gaps
    assert third.gaps > small.gaps and third.reviews < small.reviews


def test_bias():
    words = recorded(bias.BIAS, of(bias, "Jobs: he or she")).words
    assert any(mean_interval(one.before).is_clear for one in words) and all(one.after for one in words)
    assert recorded(bias.BIAS, of(bias, "One pair alone")).pairs == 1
    assert recorded(bias.BIAS, of(bias, "Names, by a causal model")).method == "causal"


def test_next_sentence():
    def bert(label):
        found = recorded(next_sentence.NEXT_SENTENCE, of(next_sentence, label))
        return next(one for one in found.verdicts if one.name == "bert").forward >= 0.5, len(found.shared)

    assert bert("Another picture") == (False, 0)
    belongs, shared = bert("Same words, another picture")
    assert (belongs, shared) == (True, 3) and bert("Same words, told apart") == (False, 3)
    found = recorded(next_sentence.NEXT_SENTENCE, of(next_sentence, "Two halves"))
    assert easy(figures.measured()["albert"], figures.rules()).startswith("Nothing shows")
    turns = {one.name: (one.forward >= 0.5) != (one.backward >= 0.5) for one in found.verdicts}
    assert turns == {"bert": False, "albert": True}


def test_shapes_and_dialects():
    found = recorded(shapes.SHAPES, of(shapes, "A translator"))
    assert any(row.product and row.outputs[0][1:] == (12, 16) for row in found.rows)
    same = recorded(dialects.DIALECTS, of(dialects, "BERT's encoder layer"))
    assert same.nn_difference < 1e-9
    marian = recorded(dialects.DIALECTS, of(dialects, "Marian's decoder layer")).parameters
    assert all(one.transformers == one.fairseq for one in marian)
    assert any(one.fairseq.startswith("encoder_attn.") for one in marian)
