"""Answers found in passages, and SQuAD's normalisation, exact match and F1."""

from __future__ import annotations

import pytest

from demos.tasks.question_answering.answer_matching import exact_match, f1, normalise, quotation
from tests.closeness import OURS, assert_close

PASSAGE = (
    'The Tower, of London; was built in 1066. It\'s "design build" (118) by Brüggen. 한국은 서울에 있다. 👍'
)


@pytest.mark.parametrize(
    ("answer", "found", "likeness"),
    [
        ("1066.", "1066.", "exact"),
        ("in 1066", "in 1066", "exact"),
        ("Brüggen, ", "Brüggen", "exact"),
        ("tower", "Tower", "but for case"),
        ("tower of london", "Tower, of London", "but for punctuation"),
        ("It’s design-build", "It's \"design build", "but for punctuation"),
        ("서울에", "서울에", "exact"),
        ("London was built in 1067", None, None),
        ("ower", None, None),
        ("11", None, None),
        ("", None, None),
        ("👍", None, None),
        ("[a-z]+", None, None),
    ],
)
def test_an_answer_is_found_as_whole_words_or_not_at_all(answer, found, likeness):
    quoted = quotation(PASSAGE, answer)
    if found is None:
        assert quoted is None
    else:
        assert (PASSAGE[quoted.start : quoted.end], quoted.likeness) == (found, likeness)


def test_it_is_looked_for_where_the_model_read_first():
    passage = "Four came. Four left."
    assert quotation(passage, "Four", [(11, 21)]).start == 11
    assert quotation(passage, "Four").start == 0


def test_normalisation_is_the_official_one():
    # The results of normalize_answer in the evaluation script of SQuAD.
    assert normalise('The  U.S. an\' a "Tower"') == "us tower"
    assert normalise("6½ sacks, theory") == "6½ sacks theory"
    assert normalise("the") == ""
    assert normalise("“quoted”") == "“quoted”"


def test_exact_match_and_f1():
    assert exact_match("The Panthers.", ["nobody", "panthers"])
    assert not exact_match("Carolina Panthers", ["panthers"])
    assert_close(f1("the big red dog", ["a red dog", "cat"]), 2 * 2 / (3 + 2), atol=OURS)
    assert_close(f1("dog dog cat", ["dog cat cat"]), 2 * 2 / 6, atol=OURS)
    assert f1("cat", ["dog"]) == 0
    assert f1("the", ["a"]) == 1 and f1("the", ["dog"]) == 0
