"""Byte-pair encoding against the library, merge by merge, and against a hand-computed case."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Metaspace, Sequence, Split, WhitespaceSplit
from tokenizers.trainers import BpeTrainer

from demos.foundations.tokens import wire
from demos.foundations.tokens.bpe import alphabet, train
from demos.foundations.tokens.learn import bpe_merges
from demos.foundations.tokens.pre_tokens import MARKS, lines_of, pre_tokens, word_counts
from demos.foundations.tokens.schemas import MergesInputs

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
    tokenizer.train_from_iterator(
        [text], BpeTrainer(vocab_size=size, min_frequency=least, show_progress=False)
    )
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), [tuple(pair) for pair in model["merges"]]


def ours(text, least, most):
    """The same from our training. The library keeps one rank for each pair: the last."""
    pieces, merges = train(word_counts(text), least, most)
    ranks = {(pieces[merge.left], pieces[merge.right]): rank for rank, merge in enumerate(merges)}
    return pieces, sorted(ranks, key=ranks.__getitem__)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.integers(1, 3), st.integers(0, 40))
@example(
    "low low low low low lower lower newest newest newest newest newest newest widest widest widest", 2, 10
)
@example("나는 학교에 간다. 너는 학교에 온다. 학교에서 만나자!", 2, 30)
@example("👩‍👩‍👧 👩‍👩‍👧 👍🏽👍🏽", 1, 20)
@example("aaaaaaaaaaaaa aaaaa aaa", 1, 40)
def test_training_equals_the_library_merge_by_merge(text, least, most):
    assert ours(text, least, most) == librarys(text, least, most)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_is_cut_as_the_library_cuts_it(text):
    assert pre_tokens(text) == [word for word, _ in LIBRARYS_CUT.pre_tokenize_str(text)]


def test_the_first_merges_of_sennrichs_words_by_hand():
    """low x 5, lower x 2, newest x 6, widest x 3, each with its space.

    "es" and "st" occur 9 times, and e is older than s; "est" takes them all. With 7 "lo" follows, before "ow"
    and "▁l"; then "▁lo" before "low": ▁ is older than lo.
    """
    pieces, merges = train({"▁low": 5, "▁lower": 2, "▁newest": 6, "▁widest": 3}, 2, 10)
    told = [(pieces[merge.left], pieces[merge.right], merge.count, merge.made) for merge in merges]
    assert told[:4] == [("e", "s", 9, 9), ("es", "t", 9, 9), ("l", "o", 7, 7), ("▁", "lo", 7, 7)]
    assert merges[0].words == (2, 3) and merges[2].words == (0, 1)


def test_overlapping_pairs_count_twice_and_merge_once():
    pieces, merges = train({"aaa": 4}, 1, 1)
    assert pieces == ["a", "aa"] and (merges[0].count, merges[0].made) == (8, 4)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_replaying_the_merges_in_the_words_they_name_gives_the_sizes_that_are_told(text):
    result = bpe_merges(MergesInputs(text), None)
    payload = wire.drawn(result)
    words = [list(word) for word in payload["words"]]
    for step, size in enumerate(payload["sizes"]):
        if step:
            left, right, piece, _, changed = payload["merges"][step - 1]
            for index in changed:
                assert replay(words[index], left, right, piece)
        assert sum(len(word) * count for word, count in zip(words, result.counts, strict=True)) == size
        assert ["".join(result.pieces[one] for one in word) for word in words] == list(result.words)
    assert [result.words[index] for line in result.text for index in line] == [
        word for line in lines_of(text) for word in pre_tokens(line)
    ]


def replay(word, left, right, piece):
    """Merges in place as the page's script does; whether anything changed."""
    before, i = len(word), 0
    while i + 1 < len(word):
        if word[i] == left and word[i + 1] == right:
            word[i : i + 2] = [piece]
        i += 1
    return len(word) < before
