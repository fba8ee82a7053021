"""Byte-pair encoding against the library, merge by merge, and against a hand-computed case."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Metaspace, Sequence, Split, WhitespaceSplit
from tokenizers.trainers import BpeTrainer

from demos.foundations.tokens.bpe import alphabet, train
from demos.foundations.tokens.pre_tokens import MARKS, pre_tokens, word_counts

LIBRARYS_CUT = Sequence(
    [WhitespaceSplit(), Metaspace(prepend_scheme="always"), Split(Regex(MARKS), "isolated")]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text("ab", max_size=60),
    st.text("aaab ", max_size=80),
    st.text("the cat sat.▁", max_size=150),
    st.text("한국어를 배우는 사람", max_size=120),
    st.text("👩‍👩‍👧🎉👍🏽 é\u0301\x1c\u2028\n", max_size=80),
)


def librarys(text, least, most):
    """The library's vocabulary by number, and its merges in order."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = LIBRARYS_CUT
    counts = word_counts(text)
    size = len(alphabet(counts)) + most
    tokenizer.train_from_iterator([text], BpeTrainer(vocab_size=size, min_frequency=least, show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), [tuple(pair) for pair in model["merges"]]


def ours(text, least, most):
    """The same from our training. The library keeps one rank for each pair: the last."""
    pieces, merges = train(word_counts(text), least, most)
    ranks = {(pieces[merge.left], pieces[merge.right]): rank for rank, merge in enumerate(merges)}
    return pieces, sorted(ranks, key=ranks.__getitem__)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.integers(1, 3), st.integers(0, 40))
@example("low low low low low lower lower newest newest newest newest newest newest widest widest widest", 2, 10)
@example("나는 학교에 간다. 너는 학교에 온다. 학교에서 만나자!", 2, 30)
@example("👩‍👩‍👧 👩‍👩‍👧 👍🏽👍🏽", 1, 20)
@example("aaaaaaaaaaaaa aaaaa aaa", 1, 40)
def test_training_equals_the_library_merge_by_merge(text, least, most):
    assert ours(text, least, most) == librarys(text, least, most)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_is_cut_as_the_library_cuts_it(text):
    assert pre_tokens(text) == [word for word, _ in LIBRARYS_CUT.pre_tokenize_str(text)]
