"""Numbers and quotations in a sentence."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.nlp.wording import counted, decimals, decision, is_near, listed, quoted, shortened, whole_per_cent


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "under 1 %"),
        (0.004, "under 1 %"),
        (0.01, "1 %"),
        (0.5, "50 %"),
        (0.946, "95 %"),
        (0.99, "99 %"),
        (0.9951, "over 99 %"),
        (1 - 1e-9, "over 99 %"),
        (1.0, "over 99 %"),
        (math.nan, "undefined"),
    ],
)
def test_a_probability_is_in_whole_per_cent_and_never_certain(share, said):
    assert whole_per_cent(share) == said


@settings(deadline=None)
@given(st.floats(0.01, 0.99))
def test_it_is_off_by_half_a_per_cent_at_most(share):
    assert abs(float(whole_per_cent(share).removesuffix(" %")) - 100 * share) <= 0.5 + 1e-9


@settings(deadline=None)
@given(st.text(), st.integers(4, 60))
def test_a_quotation_is_one_short_line_that_its_marks_enclose(text, most):
    said = quoted(text, most)
    inner = said[1:-1]
    assert said[0] == "“" and said[-1] == "”" and not set("“”") & set(inner)
    assert len(inner) <= most and inner == " ".join(inner.split())
    assert all(c.isprintable() or c in "\u200c\u200d" for c in inner)


@settings(deadline=None)
@given(st.text(st.characters(categories=("L", "N")), max_size=30))
def test_a_short_text_stands_as_it_is(text):
    assert shortened(text, 30) == text


def test_what_is_cut_says_so_at_a_word_and_what_is_hidden_is_gone():
    assert shortened("one two three four five", 15) == "one two three…"
    assert shortened("x" * 99, 10) == "x" * 9 + "…"
    assert shortened("a\u202eb\u00adc \x00 d", 10) == "abc d"
    assert shortened("👩\u200d👧", 10) == "👩\u200d👧" and unicodedata.category("\u200d") == "Cf"
    assert shortened(" " * 999 + "late", 10) == "late"


def test_counts_and_lists():
    assert [decimals(n) for n in (0.5, -0.256, -0.001, 1)] == ["0.50", "−0.26", "0.00", "1.00"]
    assert [counted(n, "row") for n in (0, 1, 1024)] == ["0 rows", "1 row", "1,024 rows"]
    assert [listed("abcde"[:n], 3) for n in range(5)] == [
        "",
        "a",
        "a and b",
        "a, b and c",
        "a, b, c and 1 more",
    ]


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_decision_names_the_second_only_where_they_are_nearly_tied(one, other):
    first, second = max(one, other), min(one, other)
    said = decision([("left", first), ("right", second)])
    assert said.startswith(f"“left”, {whole_per_cent(first)}")
    assert ("“right”" in said) == ("nearly tied" in said) == is_near(first, second) == (second >= 0.8 * first)
