from __future__ import annotations

from itertools import pairwise

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from demos.nlp.tokens import describe, merge
from tests import tiny


def tokens_of(loaded, *texts):
    encoded = loaded.tokenizer(*texts)
    return describe(loaded.tokenizer, encoded["input_ids"], encoded.encodings[0], texts)


def test_wordpieces_show_their_text_and_share_a_word(minilm):
    tokens = tokens_of(minilm, "Unbelievably good")
    assert [t.text for t in tokens] == ["[CLS]", "Un", "bel", "ie", "va", "bly", "good", "[SEP]"]
    assert [t.piece for t in tokens][1:3] == ["un", "##bel"]
    assert [t.word for t in tokens] == [0, 1, 1, 1, 1, 1, 2, 3]
    assert [t.special for t in tokens] == [True] + [False] * 6 + [True]


def test_words_are_put_together_again(minilm):
    words, groups = merge(tokens_of(minilm, "Unbelievably good"))
    assert [w.text for w in words] == ["[CLS]", "Unbelievably", "good", "[SEP]"]
    assert groups == ((0,), (1, 2, 3, 4, 5), (6,), (7,))


def test_pieces_of_one_character_are_numbered(minilm):
    tokens = tokens_of(minilm, "안")
    assert [(t.text, t.part) for t in tokens[1:-1]] == [("안", "1/3"), ("안", "2/3"), ("안", "3/3")]
    assert merge(tokens)[0][1].text == "안"


@pytest.mark.parametrize("text", ["오늘 서울의 날씨", "👩‍🚀 on 🚀", "שלום עולם", "tabs\tand\nlines"])
def test_every_visible_character_is_shown_once(smollm2, text):
    words, groups = merge(tokens_of(smollm2, text))
    shown = "".join(word.text for word in words)
    assert "".join(shown.split()) == "".join(text.split())
    assert [i for group in groups for i in group] == list(range(sum(map(len, groups))))


def test_an_unknown_character_is_shown_as_typed_and_marked(minilm):
    tokens = tokens_of(minilm, "a 😀 b")
    assert (tokens[2].text, tokens[2].piece, tokens[2].special) == ("😀", "[UNK]", False)
    assert tokens[2].note


def test_typed_markup_stays_text(minilm):
    tokens = tokens_of(minilm, "</script>")
    assert [t.text for t in tokens[1:-1]] == ["<", "/", "script", ">"]


def test_a_typed_special_token_is_special(minilm):
    tokens = tokens_of(minilm, "one [SEP] two")
    assert [t.special for t in tokens] == [True, False, True, False, True]


def test_a_mask_is_a_word_and_no_separator(minilm):
    tokens = tokens_of(minilm, "The [MASK] sat.")
    assert [t.special for t in tokens] == [True] + [False] * 4 + [True]
    assert [t.separator for t in tokens] == [False] * 5 + [True]


def test_a_typed_unknown_token_is_what_it_says(smollm2):
    tokens = tokens_of(smollm2, "one <|endoftext|> two")
    [typed] = [token for token in tokens if token.piece == "<|endoftext|>"]
    assert (typed.text, typed.note) == ("<|endoftext|>", "")


def test_pieces_without_an_encoding(smollm2):
    ids = smollm2.tokenizer("the footballers")["input_ids"]
    tokens = describe(smollm2.tokenizer, ids)
    assert "".join(t.text for t in tokens) == "thefootballers"
    assert [t.word for t in tokens][0] == 0
    assert tokens[-1].word == 1


@pytest.mark.parametrize(
    ("text", "eojeols"),
    [
        ("the cat  sat.", ["the", "cat", "sat."]),
        ("안녕 세상,\n안녕", ["안녕", "세상,", "안녕"]),
        ("unbelievable house", ["unbelievable", "house"]),
    ],
)
def test_an_eojeol_is_what_stands_between_two_spaces(text, eojeols):
    tokens = tokens_of(tiny.loaded("Bert"), text)
    numbers = [token.eojeol for token in tokens]
    assert numbers[0] == 0 and [b - a for a, b in pairwise(numbers) if b - a not in (0, 1)] == []
    found: dict[int, str] = {}
    for token in tokens[1:-1]:
        found[token.eojeol] = found.get(token.eojeol, "") + token.text
    assert list(found.values()) == eojeols
    words, groups = merge(tokens)
    assert [word.eojeol for word in words] == [tokens[group[0]].eojeol for group in groups]


def test_scripts_without_spaces_have_no_eojeols(smollm2):
    text = "我去東京。 오늘 날씨"
    tokens = tokens_of(smollm2, text)
    characters: dict[int, set[str]] = {}
    for token in tokens:
        characters.setdefault(token.eojeol, set()).add(token.text)
    shown = list(characters.values())
    assert shown[-2:] == [{"오", "늘"}, {"날", "씨"}], "the bytes of a syllable stay with it"
    assert all(len("".join(texts)) == 1 for texts in shown[:5]), shown


def test_a_space_of_its_own_belongs_to_the_word_behind_it():
    """Pieces of Metaspace, after which punctuation stands alone, as in the tokenizers of caption world."""
    backend = Tokenizer(models.BPE({"▁": 0, "▁a": 1, "a": 2, "&": 3, "b": 4, "<s>": 5}, []))
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(prepend_scheme="first"), pre_tokenizers.Punctuation(behavior="isolated")]
    )
    words = PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>")
    text = "a &b  a"
    encoding = words(text)
    tokens = describe(words, encoding["input_ids"], encoding.encodings[0], (text,))
    assert [token.piece for token in tokens] == ["▁", "a", "▁", "&", "b", "▁", "▁", "a"]
    assert [merged.text for merged in merge(tokens)[0]] == ["a", "&", "b", "a"]
    assert [token.eojeol for token in tokens] == [0, 0, 1, 1, 1, 2, 2, 2]
