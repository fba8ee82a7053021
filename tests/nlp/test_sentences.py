"""Sentences: they join to the text, and end where a reader would end them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.nlp.sentences import sentences

TEXTS = {
    "plain": ["It rains.", "We stay."],
    "marks": ["Really?!", "Yes…", "Well.", "No!"],
    "titles": ["Dr. Smith met Mrs. Jones on St. James Street.", "They left."],
    "initials": ["J. R. R. Tolkien wrote it.", "He was English."],
    "acronym within": ["The U.S. Army came.", "It left."],
    "acronym at the end": ["They moved to the U.S.", "The house was small."],
    "time": ["It begins at 5 p.m.", "He was late at 6 p.m. Tuesday."],
    "numbers": ["Pi is 3.14 or so.", "No. 5 is alive.", "See pp. 3 and 4.", "He said no.", "Then he left."],
    "examples": ["Fruit, e.g. Apples, is good.", "So are nuts, i.e. Hazelnuts."],
    "lower case": ["He uses .com and v. small letters."],
    "quotation": ['"Come in!" he said.', '"It is cold."', "She agreed."],
    "quotation of two": ["“I see. I see.", "So be it.”", "He left."],
    "brackets": ["It ended (as usual.)", "We went home."],
    "citations": ["It won the cup.[4][5]", "The team rested."],
    "paragraphs": ["A heading", "Then a text.", "Another one"],
    "list": ["We need", "- milk", "- bread", "1. first", "2. second"],
    "korean": ["안녕하세요.", "오늘은 날씨가 좋습니다.", "그런데 왜 안 가요?", "몰라요!"],
    "emoji": ["Great 👍.", "Bad 👎!", "So so."],
}
GAPS = {"paragraphs": "\n\n", "list": "\n"}


@pytest.mark.parametrize("name", TEXTS)
def test_sentences_end_where_a_reader_ends_them(name):
    expected = [part for piece in TEXTS[name] for part in SPLITS.get(piece, [piece])]
    text = GAPS.get(name, " ").join(TEXTS[name])
    assert [sentence.of(text) for sentence in sentences(text)] == expected


SPLITS = {"“I see. I see.": ["“I see.", "I see."]}


def test_korean_without_spaces_and_chinese_marks_end_a_sentence():
    text = "비가 왔다.그래서 집에 있었다.끝。「네。」그래요？"
    assert [s.of(text) for s in sentences(text)] == [
        "비가 왔다.",
        "그래서 집에 있었다.",
        "끝。",
        "「네。」",
        "그래요？",
    ]


def test_a_line_that_is_only_wrapped_goes_on():
    text = "This line is\nwrapped by Mr.\nSmith. And this\r\none too."
    assert len(sentences(text)) == 2


@pytest.mark.parametrize("before", ["\n\n", " \n \n", "\n- ", "\r\n\r\n\t", "\n\n\n* "])
def test_blank_lines_before_the_first_sentence_are_none_of_their_own(before):
    text = before + "It rains. We stay.\n\n"
    found = sentences(text)
    assert [s.of(text) for s in found] == [(before + "It rains.").strip(), "We stay."]
    assert (found[0].start, found[-1].end) == (0, len(text))


@given(st.text(alphabet="aB1 .!?\"'“”()[]\n\r\t-*다요。👍U.S Dr", max_size=80))
def test_the_sentences_join_to_the_text(text):
    found = sentences(text)
    assert "".join(text[s.start : s.end] for s in found) == (text if text.strip() else "")
    assert all(s.of(text) for s in found)


@given(st.text(alphabet="ab .\n다", max_size=80), st.integers(1, 12))
def test_what_does_not_fit_is_cut_until_it_does(text, most):
    found = sentences(text, lambda piece: len(piece) <= most)
    assert "".join(text[s.start : s.end] for s in found) == (text if text.strip() else "")
    assert all(len(s.of(text)) <= most for s in found)


def test_a_long_text_is_cut_at_spaces_and_in_time():
    text = "word " * 20_000
    found = sentences(text, lambda piece: len(piece) <= 500)
    assert {s.of(text).split(" ")[0] for s in found} == {"word"}
    assert len(sentences("A b. " * 20_000)) == 20_000
