"""Token types that tell how a word was written, though the tokenizer lower-cases it."""

from __future__ import annotations

import pytest
from transformers import BertTokenizer

from demos.models.case_embeddings import case_type, with_case_types
from demos.models.tokenizing import one_call_at_a_time
from tests import tiny

WORDS = ["The", "cat", "SAT", "on", "a", "Mat"]
CASES = [1, 0, 2, 0, 0, 1]


@pytest.mark.parametrize(
    ("piece", "case"),
    [("", 0), ("a", 0), ("A", 1), ("Ada", 1), ("iPhone", 1), ("NATO", 2), ("A4", 1), ("B2B", 2), ("12", 0)]
    + [("É", 1), ("ÉA", 2), ("한글", 0), ("🙂", 0)],
)
def test_the_case_of_a_piece(piece, case):
    assert case_type(piece) == case


def plain():
    return one_call_at_a_time(BertTokenizer(vocab={word: i for i, word in enumerate(tiny.VOCABULARY)}))


@pytest.fixture(scope="module")
def marked():
    return with_case_types(plain())


def types(encoded):
    """Without the special tokens' types, which are 0."""
    rows = [list(map(int, row)) for row in encoded["token_type_ids"]]
    assert all(row[0] == row[-1] == 0 for row in rows)
    return [row[1:-1] for row in rows]


def test_texts_batches_words_and_tensors_are_told_alike(marked):
    text = " ".join(WORDS)
    assert types(marked([text])) == [CASES]
    assert types(marked([text, text.lower()], return_tensors="pt", padding=True)) == [CASES, [0] * 6]
    assert marked(text)["token_type_ids"] == [0, *CASES, 0]
    assert marked(text, return_tensors="pt")["token_type_ids"].tolist() == [[0, *CASES, 0]]
    assert marked(WORDS, is_split_into_words=True)["token_type_ids"] == [0, *CASES, 0]
    assert types(marked([WORDS, WORDS[:2]], is_split_into_words=True)) == [CASES, CASES[:2]]
    assert marked("")["token_type_ids"] == [0, 0]


def test_every_window_of_a_long_text_is_told_its_own_case(marked):
    encoded = marked(
        ["the cat", " ".join(WORDS)], truncation=True, max_length=6, stride=1, return_overflowing_tokens=True
    )
    assert types(encoded) == [[0, 0], CASES[:4], CASES[3:]]


def test_the_tokenizer_it_was_made_from_stays_as_it_was_and_pairs_are_refused(marked):
    base = plain()
    ids = with_case_types(base)("The CAT")["input_ids"]
    assert base("The CAT") == {"input_ids": ids, "token_type_ids": [0] * 4, "attention_mask": [1] * 4}
    with pytest.raises(ValueError, match="one text"):
        marked("a", "b")
    with pytest.raises(ValueError, match="one text"):
        marked([("a", "b")])
    assert marked("", add_special_tokens=False)["token_type_ids"] == []
