"""Rules for personal data: what is verified is found, what is not is left, and no text takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.nlp.spans import Entity
from demos.tasks.entities.compute import ENTITIES, columns
from demos.tasks.entities.patterns import patterns, with_patterns
from demos.tasks.entities.schemas import EntitiesInputs
from demos.tasks.entities.show import show
from demos.tasks.entities.snippet import snippet

MAIL, CARD, IBAN = "e-mail address", "card number, checksum verified", "IBAN, checksum verified"
SSN = "US social security number, range verified"
PHONE = "telephone number, numbering plan verified"


def found(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.found_by.removeprefix("pattern: ")) for one in patterns(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to jane.o'neil+x@mail.example.co.uk.", [("jane.o'neil+x@mail.example.co.uk", MAIL)]),
        ("메일은jane@example.org로 보내요", [("jane@example.org", MAIL)]),
        ("jane@localhost, @jane, jane@, a@b.c", []),
        ("4111 1111 1111 1111", [("4111 1111 1111 1111", CARD)]),
        ("(4111111111111111)", [("4111111111111111", CARD)]),
        ("5555-5555-5555-4444 123", [("5555-5555-5555-4444", CARD)]),
        ("3782 822463 10005", [("3782 822463 10005", CARD)]),
        ("4111 1111 1111 1112, 94111111111111111119, 1111 1111 1111 1117", []),
        ("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF", [("DE89 3704 0044 0532 0130 00", IBAN)]),
        ("gb29nwbk60161331926819!", [("gb29nwbk60161331926819", IBAN)]),
        ("AB12 345678901234 DE89370400440532013000", [("DE89370400440532013000", IBAN)]),
        ("DE89 3704 0044 0532 0130 01 and DE8937040044053201300", []),
        ("SSN 536-90-4399", [("536-90-4399", SSN)]),
        ("078-05-1120, 000-12-3456, 666-12-3456, 987-65-4320, 1536-90-4399", []),
        (
            "Call +44 20 7946 0018 or (202) 555-0123.",
            [("+44 20 7946 0018", PHONE), ("(202) 555-0123", PHONE)],
        ),
        ("On 2024-11-24 at 17:18:46, order 12345, version 192.168.100.100", []),
        (
            "See https://example.org/a?mail=jane@example.org, or (www.example.com).",
            [("https://example.org/a?mail=jane@example.org", "URL"), ("www.example.com", "URL")],
        ),
        ("http:// and www. are none; neither is e.g. this", []),
    ],
)
def test_what_a_rule_verifies_is_found_and_nothing_else(text, expected):
    assert found(text) == expected


@given(st.text(alphabet="ad4 1@.:/-+(w\nDE9\u0663é가", max_size=80))
def test_finds_are_in_order_and_apart(text):
    spans = [(one.start, one.end) for one in patterns(text)]
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))


HOSTILE = ["a", "a.", "a@", "a@a.", "1", "1 ", "1234 ", "AA11 ", "DE89 3704 0044 0532 0130 01 ", "A1"]
HOSTILE += ["aa11bb", "www.", "http://", "%a", "+1 202 555 ", "4-", " 1-2-3-", "(1) ", "a@" + "a-" * 30 + "."]


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_text_takes_time_in_proportion_to_its_length(unit):
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        begin = time.process_time()
        patterns(text)
        return time.process_time() - begin

    patterns("+1 202 555 0143")  # tables are read once
    # Four times the text: four times as long, sixteen times if it were quadratic, and hours if exponential.
    assert seconds(40_000) < 8 * max(seconds(10_000), 0.02)


MODEL = "Jane Doe, Main Street 12, jane@example.org"


@pytest.mark.parametrize(
    ("by_model", "kept"),
    [
        ((0, 8), [("Jane Doe", "PER"), ("jane@example.org", "EMAIL")]),
        ((26, 42), [("jane@example.org", "EMAIL")]),
        ((26, 30), [("jane@example.org", "EMAIL")]),
        ((10, 30), [("Main Street 12", "PER"), ("jane@example.org", "EMAIL")]),
        ((24, 30), [("jane@example.org", "EMAIL")]),
    ],
)
def test_where_a_rule_and_the_model_overlap_the_rule_stands_and_nothing_is_unmarked(by_model, kept):
    merged = with_patterns([Entity(*by_model, "PER", 0.5)], patterns(MODEL), MODEL)
    assert [(MODEL[one.start : one.end], one.label) for one in merged] == kept


def test_a_models_span_around_a_rules_is_cut_in_two():
    text = "Jane www.example.org Doe"
    merged = with_patterns([Entity(0, len(text), "PER", 0.5)], patterns(text), text)
    assert [text[one.start : one.end] for one in merged] == ["Jane", "www.example.org", "Doe"]


def test_each_find_says_who_made_it(runner, capsys):
    inputs = EntitiesInputs("Jane Doe pays with 4111 1111 1111 1111.")
    result = runner(ENTITIES, inputs)
    assert [(one.text, one.found_by, one.score is None) for one in result.entities] == [
        ("Jane Doe", result.origin.title, False),
        ("4111 1111 1111 1111", f"pattern: {CARD}", True),
    ]
    assert f"<td>pattern: {CARD}</td>" in show(result) and "card number</small>" in show(result)
    assert columns(result)["found by"] == f"{result.origin.title}; pattern: {CARD}"
    without = runner(ENTITIES, EntitiesInputs(inputs.text, rules=False))
    assert [one.text for one in without.entities] == ["Jane Doe"]
    code = snippet(inputs, result.origin)
    exec(code[code.index("from demos.tasks.entities.patterns") :], {})
    assert CARD in capsys.readouterr().out
