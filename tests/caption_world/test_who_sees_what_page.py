"""Who sees what: the sentence above the answer, what is drawn, the figures below, and the page itself."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.caption_world import who_sees_what as demo
from demos.caption_world.who_sees_what import accuracy, show, wire
from demos.caption_world.who_sees_what.compute import WHO_SEES_WHAT, who_sees_what
from demos.caption_world.who_sees_what.headline import headline, of_gap, ordinal
from demos.caption_world.who_sees_what.schemas import VIEWS, View, WhoInputs, Word
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor, example_buttons
from demos.ui.page import for_outputs
from tests.caption_world.who_models import TEXT, all_four
from tests.headlines import ANY_TEXT, SHARE, are_of, check_sentence, unquoted

RANK = st.integers(1, 4608)


RESULT = who_sees_what(WhoInputs(TEXT), all_four())


@pytest.fixture
def result():
    return RESULT


# The headline


@given(ANY_TEXT, st.lists(st.tuples(RANK, SHARE), min_size=3, max_size=3), st.booleans())
def test_the_headline_has_the_three_ranks_and_no_other_number(text, told, reached):
    made = {
        name: View(rank, share, (), (int(reached),), (0.0,))
        for name, (rank, share) in zip(("elmo", "gpt", "bert"), told, strict=True)
    }
    gap = replace(RESULT.gaps[0], **made)
    words = tuple(replace(word, text=text) for word in RESULT.words)
    said = check_sentence(headline(None, replace(RESULT, gaps=(gap,), words=words, opening=0)))
    assert re.findall(r"[\d,]+(?=st|nd|rd|th)", unquoted(said)) == [f"{told[i][0]:,}" for i in (2, 0, 1)]
    are_of(said, [share for _, share in told])
    assert ("nothing on its left" in said) != reached


def test_a_withheld_answer_is_not_told_in_the_headline(result):
    said = check_sentence(headline(None, replace(result, withheld="It is unlike captions.")))
    assert "rank" not in said and not re.search(r"\d", said)


def test_ordinals():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111, 4603)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th", "4,603rd",
    ]  # fmt: skip


# What is drawn


def test_every_gap_is_drawn_with_its_own_headline_and_all_views(result):
    drawn = json.loads(json.dumps(wire.drawn(result)))
    assert [gap["headline"] for gap in drawn["gaps"]] == [of_gap(result, n) for n in range(len(result.gaps))]
    named = [name for model in drawn["models"] for name, _ in model["views"]]
    assert tuple(named) == VIEWS
    for gap, told in zip(result.gaps, drawn["gaps"], strict=True):
        assert told["word"] == gap.word and set(told["views"]) == set(VIEWS)
        assert told["views"]["bert"]["reached"] == list(gap.bert.reached)
    assert drawn["headline"] == drawn["withheld"] == ""


def test_words_that_are_not_hidden_are_named_with_the_reason_and_marks_are_not(result):
    words = (
        Word("t-shirt", ("▁t", "-", "shirt"), "3 pieces"),
        Word("a", ("▁a",), ""),
        Word(".", (".",), "a mark"),
    )
    said = wire.left_out(replace(result, words=words))
    assert said.endswith("so not hidden: “t-shirt” (3 pieces).")
    assert wire.left_out(replace(result, words=words[1:])) == ""


# Figures over many captions


def test_accuracies_have_wilsons_interval(monkeypatch):
    monkeypatch.setattr(accuracy, "on_test", lambda name: {"gaps": 100, "masked_accuracy": 0.5})
    found = accuracy.masked_accuracy("bert")
    # z = 1.96: (0.5 + z^2/200 -+ z sqrt(0.25/100 + z^2/40000)) / (1 + z^2/100)
    assert (found.share, found.gaps) == (0.5, 100)
    assert (found.low, found.high) == pytest.approx((0.403830, 0.596170), abs=1e-6)
    assert show.accuracy_html().count("50.0 % (40.4 % to 59.6 %)") == 3


def test_without_shipped_figures_there_is_no_accuracy(monkeypatch):
    def missing(name):
        raise FileNotFoundError

    monkeypatch.setattr(accuracy, "on_test", missing)
    assert show.accuracy_html() == ""


# The page, and the weights that are shipped


@pytest.mark.parametrize("example", demo.EXAMPLES, ids=lambda example: example.label)
def test_the_shipped_models_see_their_sides_and_know_what_is_no_caption(example, runner):
    found = runner(WHO_SEES_WHAT, example.inputs)
    assert bool(found.withheld) == (example.label == "Not from their world")
    check_sentence(headline(example.inputs, found))
    for gap in found.gaps:
        sides = [(word > gap.word) - (word < gap.word) for word in range(len(found.words))]
        for name in VIEWS:
            seen = {"elmo_left": {-1}, "elmo_right": {1}, "gpt": {-1}}.get(name, {-1, 1})
            view = getattr(gap, name)
            assert view.reached == tuple(int(one in seen) for one in sides)
            assert sum(view.influence) == pytest.approx(float(any(view.reached)), abs=1e-6)


def test_an_example_fills_the_caption_and_draws_it(result):
    asked = []

    def run(endpoint, inputs):
        asked.append((endpoint, inputs))
        return result

    with Blocks() as page:
        demo.build(run)
    visitor = Visitor(page)
    visitor.press(example_buttons(page)[1])
    assert asked == [(WHO_SEES_WHAT, demo.EXAMPLES[1].inputs)]
    drawing = next(block for block in page.blocks.values() if block.elem_id == "who-sees-what")
    assert visitor.values[drawing._id] == wire.drawn(result)


def test_one_value_is_for_one_output():
    assert for_outputs(["a"]) == "a"
    assert for_outputs(("a", "b")) == ["a", "b"]
