"""A caption's words, the hidden one, and the ids around it."""

from __future__ import annotations

import pytest

from demos.caption_world.architectures import shipped
from demos.caption_world.one_sentence.question import encoded, plain_ids, question_of
from demos.caption_world.one_sentence.schemas import MAX_WORDS, CaptionWorldInputs
from demos.errors import BadInput
from demos.models.cache import shared_cache
from demos.models.specs import Spec

TEXT = "A brown dog, wet and happy, runs across the grass."


def asked(text: str = TEXT, word: int = 0, second: str = ""):
    return question_of(CaptionWorldInputs(text, second, word))


def test_words_are_counted_from_one_and_the_last_is_hidden_by_default():
    assert asked().words[asked().hidden] == "grass"
    third = asked(word=3)
    assert (third.words[third.hidden], TEXT[third.start : third.end]) == ("dog", "dog")


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("A dog", 0, "2 words"),
        ("dog " * (MAX_WORDS + 1), 0, "41 words"),
        ("!!! ??? ...", 0, "0 words"),
        (TEXT, 11, "no word 11"),
    ],
)
def test_what_is_no_caption_is_refused_with_a_remedy(text, word, said):
    with pytest.raises(BadInput, match=said) as refused:
        asked(text, word)
    assert refused.value.remedy


@pytest.mark.parametrize("name", [one.name for one in shipped()])
def test_the_hidden_word_and_nothing_else_is_replaced(name):
    with shared_cache().lease(Spec(f"caption-world-{name}", "tokenizer")) as loaded:
        for word in range(1, len(asked().words) + 1):
            question = asked(word=word)
            found = encoded(question, loaded)
            read = loaded.tokenizer.decode(found.ids[found.first : found.last], skip_special_tokens=True)
            assert read.strip() == question.words[question.hidden]
            rest = loaded.tokenizer.decode(found.with_mask(found.ids[found.first]))
            assert rest.startswith(loaded.tokenizer.decode(found.ids[: found.first]))


@pytest.mark.parametrize("name", [one.name for one in shipped()])
@pytest.mark.parametrize(
    "typed", ["[MASK]", "<mask>", "</s>", "<en>", "<extra_id_0>", "fr_XX", "<|endoftext|>"]
)
def test_what_looks_like_a_special_token_is_read_as_text(name, typed):
    with shared_cache().lease(Spec(f"caption-world-{name}", "tokenizer")) as loaded:
        ids = plain_ids(f"A {typed} on the beach", loaded)
        special = set(loaded.tokenizer.all_special_ids) - {loaded.tokenizer.unk_token_id}
        assert not special & set(ids)
