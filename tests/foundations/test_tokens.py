"""Tokens: what several tokenizers make of a text, what is said and shown of it, and the page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.contract import Endpoint, parse
from demos.errors import BadInput, ModelUnavailable
from demos.foundations import tokens as demo
from demos.foundations.tokens import wire
from demos.foundations.tokens.byte_pieces import BYTES, bytes_of
from demos.foundations.tokens.compute import TOKENIZE, choices
from demos.foundations.tokens.headline import of_readings, of_step, of_training
from demos.foundations.tokens.learn import BPE_MERGES, bpe_merges
from demos.foundations.tokens.readings import EXPLAINED, OWN, algorithm_of, captions_unigram
from demos.foundations.tokens.schemas import (
    MAX_CHARACTERS,
    SHOWN,
    Line,
    MergesInputs,
    Piece,
    Reading,
    TokenizeInputs,
    TokenizeResult,
)
from demos.foundations.tokens.show import costs_html, pieces_html
from demos.models.specs import Spec
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor, example_buttons
from tests.headlines import ANY_TEXT, HOSTILE, check_sentence, unquoted

KOREAN = demo.EXAMPLES[1].inputs.text


def reading(lines, title="A", unknown=0, pieces=()):
    return Reading("a", title, "BPE", 100, tuple(lines), unknown, True, tuple(pieces))


def result_of(*readings):
    lines = tuple(Line(10, 30, 4) for _ in readings[0].lines)
    return TokenizeResult(lines, readings, 0.0, None)


# What the tokenizers make of a text


def test_every_tokenizer_counts_as_it_does_by_itself_and_reads_no_weights(runner):
    found = runner(TOKENIZE, TokenizeInputs(KOREAN))
    first, second = KOREAN.splitlines()
    assert [one.model for one in found.readings] == [*SHOWN, OWN]
    assert {one.algorithm for one in found.readings} == {"BPE", "byte-level BPE", "WordPiece", "Unigram"}
    for one in found.readings[:-1]:
        with runner.cache.lease(Spec(one.model, "tokenizer")) as loaded:
            assert loaded.model is None
            each = loaded.tokenizer([first, second], add_special_tokens=False)["input_ids"]
            assert one.vocabulary == len(loaded.tokenizer)
        assert one.lines == tuple(map(len, each))
        assert [piece.id for piece in one.pieces] == [*each[0], *each[1]][:EXPLAINED]
    assert found.lines[1] == Line(len(second), len(second.encode()), 9)


def test_bytes_of_byte_level_pieces_are_those_of_the_text(runner):
    for text in ("안녕 👩‍👩‍👧 naïve\t  x", "<b>&amp;</b>"):
        found = runner(TOKENIZE, TokenizeInputs(text, ("smollm2",))).readings[0]
        assert found.returns and not found.unknown
        assert sum(piece.bytes for piece in found.pieces) == len(text.encode())
        spelt = b"".join(
            bytes.fromhex(piece.text) if piece.role == "part" else piece.text.replace("▁", " ").encode()
            for piece in found.pieces
        )
        assert spelt.decode() == text


def test_the_table_of_bytes_is_the_librarys():
    from tokenizers.pre_tokenizers import ByteLevel

    assert set(BYTES) == set(ByteLevel.alphabet()) and sorted(BYTES.values()) == list(range(256))
    for text in ("\x00\xff안녕 🎉", "".join(map(chr, range(1, 700)))):
        split = ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)
        assert bytes_of("".join(piece for piece, _ in split)).decode() == text


def test_what_is_unknown_is_told_with_what_stood_there_and_a_typed_special_token_is_none(runner):
    found = runner(TOKENIZE, TokenizeInputs("the ☃ [MASK] [UNK]", ("minilm",))).readings
    roles = {piece.text: (piece.role, piece.source) for piece in found[0].pieces if piece.role == "special"}
    assert roles == {"[MASK]": ("special", ""), "[UNK]": ("special", "")}
    unknown = [piece for piece in found[0].pieces if piece.role == "unknown"]
    assert [(one.text, one.source, one.bytes) for one in unknown] == [("[UNK]", "☃", 3)]
    assert found[0].unknown == 1 and not found[0].returns
    assert any(piece.source == "☃" for piece in found[1].pieces), "Unigram's"


def test_unigram_takes_the_likeliest_of_all_splits():
    import json

    backend = captions_unigram().backend
    model = json.loads(backend.to_str())["model"]
    scores = dict(model["vocab"])
    for word in ("▁walking", "▁snowboard", "▁enfants"):
        best = {0: (0.0, [])}
        for end in range(1, len(word) + 1):
            best[end] = max(
                (best[begin][0] + scores[word[begin:end]], [*best[begin][1], word[begin:end]])
                for begin in range(end)
                if word[begin:end] in scores and begin in best
            )
        assert backend.encode(word[1:]).tokens == best[len(word)][1]
    assert algorithm_of(backend) == "Unigram" and len(scores) == 8_000


@pytest.mark.parametrize(
    ("inputs", "error", "said"),
    [
        ({"text": "   \n "}, BadInput, "is empty"),
        ({"text": "a\n" * 41}, BadInput, "has 41 lines"),
        ({"text": "a", "models": ["nothing<b>"]}, ModelUnavailable, "There is no tokenizer called"),
        ({"text": "a", "models": ["minilm-sst"]}, ModelUnavailable, "There is no tokenizer called"),
    ],
)
def test_what_cannot_be_split_is_refused_with_a_reason(runner, inputs, error, said):
    with pytest.raises(error, match=said):
        runner(TOKENIZE, parse(TokenizeInputs, inputs))


def test_limits_are_those_of_the_fields(runner):
    for endpoint in demo.ENDPOINTS:
        kind = endpoint.inputs_type
        with pytest.raises(BadInput, match="the limit is 3,000"):
            parse(kind, {"text": "x" * (MAX_CHARACTERS + 1)})
        assert runner(endpoint, kind("x" * MAX_CHARACTERS))
    with pytest.raises(BadInput):
        parse(TokenizeInputs, {"text": "a", "models": []})
    assert isinstance(TOKENIZE, Endpoint) and all(not entry.base for entry in choices())


# What is said


@given(ANY_TEXT.filter(lambda text: text.strip()), st.integers(1, 40))
def test_every_step_of_a_training_is_a_sentence_with_its_numbers(text, most):
    result = bpe_merges(MergesInputs(text, most), None)
    payload = wire.drawn(result)
    for said in payload["said"]:
        check_sentence(said)
    assert payload["said"][-1] == of_training(None, result)
    assert payload["sizes"] == sorted(payload["sizes"], reverse=True)
    for step in range(1, len(result.merges)):
        numbers = re.findall(r"\d[\d,]*", unquoted(payload["said"][step]))
        assert f"{step:,}" in numbers and f"{payload['sizes'][step]:,}" in numbers


def test_a_text_without_a_pair_says_that_there_is_nothing_to_merge():
    result = bpe_merges(MergesInputs("a b c 1 2 3"), None)
    assert result.merges == () and "nothing to merge" in of_step(result, 0)
    assert wire.drawn(result)["said"] == [of_step(result, 0)]


def test_a_training_that_was_stopped_says_so():
    stopped = bpe_merges(MergesInputs("low low low lower lower", 1), None)
    assert stopped.stopped and "more could follow" in of_training(None, stopped)
    assert "occurs twice any more" in of_training(None, bpe_merges(MergesInputs("low low"), None))


@given(
    ANY_TEXT,
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 2)), min_size=1, max_size=4),
)
def test_the_comparison_names_only_tokenizers_that_know_the_whole_text(title, rows):
    readings = [reading((a, b), f"{title} {i}", unknown) for i, (a, b, unknown) in enumerate(rows)]
    said = check_sentence(of_readings(None, result_of(*readings)))
    lacking = sum(unknown > 0 for *_, unknown in rows)
    assert (f"{lacking} of {len(rows)} tokenizers cannot" in said) == (0 < lacking < len(rows))


def test_two_lines_are_compared_by_their_tokens():
    said = of_readings(None, result_of(reading((10, 45), "Latin"), reading((40, 20), "한글")))
    assert (
        said == "Line 2 costs 4.5 times the tokens of line 1 for Latin (45 against 10), 0.5 times for 한글."
    )
    three = of_readings(
        None, result_of(reading((1, 1, 1), "A"), reading((2, 2, 2), "B"), reading((0, 9, 0), "C", 1))
    )
    assert three == "The same text is 3 tokens for A and 6 for B; 1 of 3 tokenizers cannot spell all of it."


# What is shown


def test_what_was_typed_is_escaped_and_what_is_invisible_is_written(runner):
    for text in (HOSTILE, "<img src=x onerror=alert(1)>", "👩‍👩‍👧 \u202eabc\x00"):
        found = runner(TOKENIZE, TokenizeInputs(text))
        html = costs_html(found) + pieces_html(found)
        assert "<script" not in html and "<img" not in html
        assert not {"\u202e", "\x00"} & set(html)


def test_more_lines_than_columns_are_added_up():
    many = reading((1, 2, 3, 4, 5))
    html = costs_html(result_of(many))
    assert "<b>15</b><small>0.8 per word</small>" in html and "20 words" in html and "line 1" not in html
    two = costs_html(result_of(reading((10, 45))))
    assert "<td>4.5</td>" in two and "2.5 per word" in two
    assert "<td>–</td>" in costs_html(result_of(reading((0, 45))))


def test_pieces_that_are_not_shown_are_counted():
    html = pieces_html(result_of(reading((5,), pieces=[Piece("<a", 7, 2, "unknown", "&")])))
    assert "and 4 more" in html and "&lt;a<s>&amp;</s><small>7</small>" in html and "2 bytes" in html


# The page


def test_an_example_learns_and_splits_the_same_text(runner):
    asked = []

    def run(endpoint, inputs):
        asked.append((endpoint.name, inputs))
        return runner(endpoint, inputs)

    with Blocks() as page:
        demo.build(run)
    visitor = Visitor(page)
    visitor.press(example_buttons(page)[1])
    assert asked == [("bpe_merges", MergesInputs(KOREAN)), ("tokenize", TokenizeInputs(KOREAN))]
    drawing = next(block for block in page.blocks.values() if block.elem_id == "tokens-merges")
    assert visitor.values[drawing._id] == wire.drawn(BPE_MERGES.function(MergesInputs(KOREAN), None))
    shown = " ".join(str(value) for value in visitor.values.values())
    assert "times the tokens of line 1" in shown
