"""What the lessons ask to guess is what their answers hold; every page has the line above its answer."""

from __future__ import annotations

import html
import json
import re

import pytest

from demos.caption_world import next_sentence
from demos.caption_world.next_sentence import show as pair_show
from demos.caption_world.next_sentence.schemas import PairResult, Verdict
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
from demos.foundations.bias import show as bias_show
from demos.foundations.bucketing import wire
from demos.foundations.bucketing.layout import layouts
from demos.foundations.bucketing.schemas import BATCHES, BucketingInputs, BucketingResult
from demos.foundations.dialects import show as dialect_show
from demos.foundations.forgetting import show as grid_show
from demos.foundations.forgetting.grid import grid_of
from demos.foundations.forgetting.schemas import GridInputs
from demos.foundations.positions import wire as position_wire
from demos.foundations.shapes.picture import picture
from demos.foundations.shapes.picture import to_guess as shape_guess
from demos.foundations.teacher_forcing import wire as teacher_wire
from demos.foundations.tokens import show as token_show
from demos.foundations.tokens.schemas import Line, Reading, TokenizeResult
from demos.models.cache import shared_cache
from demos.models.specs import Origin
from demos.recordings import Replay, replaying
from demos.runner import Runner
from demos.shell.blocks import Blocks
from tests.headlines import HOSTILE

ORIGIN = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")


def told_by(markup: str) -> dict | None:
    found = re.search(r'<span hidden data-guess="([^"<>]*)"></span>$', markup)
    return json.loads(html.unescape(found[1])) if found else None


NUMBERS = (bucketing, forgetting, next_sentence, teacher_forcing)
CHOICES = (bias, dialects, positions, shapes, tokens)


@pytest.mark.parametrize("demo", [*NUMBERS, *CHOICES], ids=lambda d: d.INFO.slug)
def test_the_page_has_one_line_with_a_question(demo):
    with Blocks() as page:
        demo.build(lambda *_: None)
    [line] = [b for b in page.blocks.values() if "stage-guess" in (getattr(b, "elem_classes", None) or ())]
    attribute = re.search(r'data-question="([^"<>]*)"', line.value)  # type: ignore[attr-defined]
    assert attribute
    question = json.loads(html.unescape(attribute[1]))
    assert question["text"].endswith("?") and (question["scale"] is None) == (demo in CHOICES)


def test_padding_in_order_is_told_for_every_size_of_a_batch():
    """Lengths 1 to 4: in twos 2 + 2 and 4 + 4 cells, of which 2 are padding; in one batch 16, of which 6."""
    lengths = (1, 2, 3, 4)
    result = BucketingResult(lengths, layouts(lengths, 2, 2), 1e-6, 0.0, ORIGIN)
    drawn = wire.drawn(BucketingInputs((HOSTILE, "b", "c", "d"), 2, 2), result)
    values = {batch: told["value"] for batch, told in zip(BATCHES, drawn["guess"], strict=True)}
    assert values[2] == pytest.approx(100 * 2 / 12) and values[4] == values[32] == pytest.approx(100 * 6 / 16)
    assert "in order, 4 at a time" in drawn["guess"][1]["question"]
    json.dumps(drawn["guess"], allow_nan=False)


def test_gaps_that_are_filled_are_told_with_their_interval():
    runs = [{"rate": 0.01, "seed": 0, "reviews": [0.5, 0.8], "gaps": [0.4, 0.1]}]
    grid = grid_of({"runs": runs, "train": 10, "dev": 50, "gaps": 100}, ORIGIN)
    after = told_by(grid_show.show_grid(GridInputs(0.01, 1), grid))
    assert after and after["value"] == pytest.approx(10)
    # Wilson 1927, by hand: (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n)
    assert (after["low"], after["high"]) == pytest.approx((5.523, 17.437), abs=2e-3)
    assert re.fullmatch("Rate 0.01, 1 epoch: .* of 40 % before[?]", after["question"])
    before = told_by(grid_show.show_grid(GridInputs(0.01, 0), grid))
    assert before and (before["value"], before["question"]) == (pytest.approx(40), "")


def read(*rows: tuple[str, int, int]) -> TokenizeResult:
    readings = tuple(Reading("a", title, "BPE", 9, (n,), unknown, True, ()) for title, n, unknown in rows)
    return TokenizeResult((Line(10, 30, 4),), readings, 0.0, ORIGIN)


def test_fewest_tokens_are_asked_for_or_who_can_spell_the_text():
    found = told_by(token_show.costs_html(read((HOSTILE, 9, 0), ("B", 7, 0), ("C", 12, 0))))
    assert found == {"choices": [HOSTILE, "B", "C"], "places": [2, 1, 3], "question": ""}
    found = told_by(token_show.costs_html(read(("A", 9, 2), ("B", 70, 0), ("C", 1, 1), ("D", 80, 0))))
    assert found and found["places"] == [3, 1, 3, 1] and "spell all" in found["question"]


@pytest.mark.parametrize("rows", [[("A", 9, 0)], [("A", 9, 0), ("B", 9, 0)], [("A", 9, 1), ("B", 8, 2)]])
def test_where_all_tokenizers_are_alike_there_is_nothing_to_guess(rows):
    assert told_by(token_show.costs_html(read(*rows))) is None


@pytest.mark.parametrize(
    ("names", "withheld", "value"),
    [(("albert", "bert"), "", 25), (("albert",), "", None), (("bert",), "Not from their world.", None)],
)
def test_berts_probability_is_told_unless_it_should_not_be_asked(names, withheld, value):
    verdicts = tuple(Verdict(name, 0.25 if name == "bert" else 0.9, 0.5) for name in names)
    found = told_by(pair_show.show(PairResult(verdicts, (HOSTILE,), withheld, ORIGIN)))
    assert (found and found["value"]) == value


def recorded(endpoint, inputs):
    with replaying(Replay(only=True)):
        return Runner(shared_cache())(endpoint, inputs)


def firsts(found: dict | None) -> list[str]:
    assert found
    return [choice for choice, place in zip(found["choices"], found["places"], strict=True) if place == 1]


@pytest.mark.parametrize(
    ("label", "right"),
    [
        ("A small encoder", ["intermediate.dense", "output.dense 2"]),
        # 2 L² d = 2 · 2048² · 576 of each product, against 2 L d m = 2 · 2048 · 576 · 1536 of an outer layer
        ("A long text", ["self_attn.product 1", "self_attn.product 2"]),
    ],
)
def test_the_step_with_most_flops_depends_on_the_length(label, right):
    inputs = next(example.inputs for example in shapes.EXAMPLES if example.label == label)
    assert firsts(told_by(picture(inputs, recorded(shapes.SHAPES, inputs)))) == right


@pytest.mark.parametrize(
    "demo", [bias, dialects, positions, shapes, teacher_forcing], ids=lambda d: d.INFO.slug
)
def test_every_example_has_something_to_guess(demo):
    to_guess = {
        bias: bias_show.to_guess,
        dialects: dialect_show.to_guess,
        positions: position_wire.to_guess,
        shapes: shape_guess,
        teacher_forcing: teacher_wire.to_guess,
    }[demo]
    endpoint = positions.SHUFFLE_WORDS if demo is positions else demo.ENDPOINTS[0]
    for example in demo.EXAMPLES:
        assert to_guess(recorded(endpoint, example.inputs)), example.label


def test_positions_that_are_not_there_are_not_moved():
    for example in positions.EXAMPLES:
        found = position_wire.to_guess(recorded(positions.SHUFFLE_WORDS, example.inputs))
        assert firsts(found) == ["No positions"]


def test_choices_of_words_do_not_tell_the_answer_by_their_order():
    inputs = bias.EXAMPLES[0].inputs
    found = bias_show.to_guess(recorded(bias.BIAS, inputs))
    assert found and found["choices"] == sorted(found["choices"]) and firsts(found) == ["teacher"]


def test_words_that_move_a_choice_are_told_as_the_headline_counts_them():
    inputs = teacher_forcing.EXAMPLES[0].inputs
    result = recorded(teacher_forcing.TEACHER_FORCING, inputs)
    found = teacher_wire.drawn(inputs, result)
    part, of = found["guess"]["value"] / 100 * len(result.changes), len(result.changes)
    assert f"Of {of} changed words, {part:.0f} move" in found["headline"]
