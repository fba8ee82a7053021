"""What stands out: planted heads are found with their exact weight, and chance is as rare as it should be."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.attention.viewer import findings
from demos.attention.viewer.finding_sentences import NOTHING, percent, quoted
from demos.attention.viewer.findings import (
    KINDS,
    Found,
    Search,
    found_in,
    link_chance,
    ranked,
    score_layer,
)
from demos.attention.viewer.findings_answer import attention_findings, findings_headline, headline_of
from demos.attention.viewer.links import LINKS, UNIT, candidates, cross_candidates, shuffled, strongest
from demos.attention.viewer.measure import Selection
from demos.attention.viewer.patterns import DRAWS, patterns, score_pattern
from demos.attention.viewer.wire import FIRST_BYTES, attention_view
from demos.nlp.attention_batches import captured_maps
from demos.nlp.attention_capture import capture
from demos.nlp.tokens import Token
from tests import tiny
from tests.closeness import ARRAYS, OURS, SHIPPED, TINY, assert_close

WORDS = ("[CLS]", *"the dog saw the cat and it ran because rain fell".split(), "[SEP]")
LAYERS, HEADS = 3, 4


def tokens(words=WORDS):
    return tuple(Token(w, w, i, w.startswith("["), w == "[SEP]", 0, i, eojeol=i) for i, w in enumerate(words))


def random_attention(seed, causal=False):
    """Rows of which none knows the places of the others."""
    weights = np.random.default_rng(seed).gamma(0.5, size=(LAYERS, HEADS, len(WORDS), len(WORDS)))
    weights = np.tril(weights) if causal else weights
    return weights / weights.sum(-1, keepdims=True)


def search(causal=False, words=WORDS):
    shown = tokens(words)
    return Search("self", causal, patterns(shown, shown, "self", causal), candidates(shown))


def scored(looked_for, weights):
    return [score_layer(looked_for, layer, number) for number, layer in enumerate(weights)]


def plant(weights, pattern, layer, head, share):
    """Let one head give `share` of each row of a pattern to its target."""
    for row, target in zip(pattern.rows, pattern.targets, strict=True):
        weights[layer, head, row] *= (1 - share) / weights[layer, head, row].sum()
        weights[layer, head, row, target] += share


@pytest.mark.parametrize("kind", KINDS[2:])
@pytest.mark.parametrize("causal", [False, True])
def test_a_planted_head_is_found_with_its_exact_weight(kind, causal):
    looked_for = search(causal)
    of_kind = [pattern for pattern in looked_for.patterns if pattern.kind == kind]
    if causal and kind == "next":
        assert of_kind == [], "a causal head sees nothing ahead"
        return
    weights = random_attention(0, causal=causal)
    plant(weights, of_kind[0], layer=1, head=2, share=0.95)
    found = {one.kind: one for one in found_in(looked_for, scored(looked_for, weights), {})}[kind]
    assert (found.layer, found.head) == (1, 2)
    by_hand = [weights[1, 2, r, t] for r, t in zip(of_kind[0].rows, of_kind[0].targets, strict=True)]
    assert_close(found.weight, np.mean(by_hand), atol=OURS)
    assert found.side == ("key" if kind in ("first", "separator") else "query")
    assert found.reached <= (DRAWS // 3 if kind == "same" else 0), "two rows are also hit by chance"
    assert found in ranked([found])


def test_the_targets_by_hand():
    of = {
        pattern.kind: dict(zip(pattern.rows, pattern.targets, strict=True)) for pattern in search().patterns
    }
    n = len(WORDS)
    assert of["previous"] == {i: i - 1 for i in range(1, n)}
    assert of["next"] == {i: i + 1 for i in range(n - 1)}
    assert of["first"] == dict.fromkeys(range(1, n), 0)
    assert of["separator"] == dict.fromkeys(range(n - 1), n - 1)
    assert of["same"] == {1: 4, 4: 1}
    causal = {pattern.kind: pattern for pattern in search(causal=True).patterns}
    assert causal["same"].rows.tolist() == [4] and causal["same"].targets.tolist() == [1]
    assert 0 not in causal["self"].rows, "the first row has no choice"
    for pattern in causal.values():
        assert (pattern.drawn <= pattern.rows).all(), "what is drawn is visible"


def test_a_score_is_a_plain_loop():
    weights = random_attention(3)[0]
    for pattern in search().patterns:
        score = score_pattern(pattern, weights)
        rows = list(pattern.rows)
        for head in range(HEADS):
            on = [weights[head, r, t] for r, t in zip(rows, pattern.targets, strict=True)]
            assert_close(score.strength[head], np.mean(on), atol=OURS)
            assert score.row[head] == rows[int(np.argmax(on))]
        best = [
            max(np.mean([weights[h, r, t] for r, t in zip(rows, drawn, strict=True)]) for h in range(HEADS))
            for drawn in pattern.drawn
        ]
        assert_close(score.chance, best, atol=OURS)


@pytest.mark.parametrize("causal", [False, True])
def test_even_attention_shows_nothing(causal):
    n = len(WORDS)
    even = np.tril(np.ones((n, n))) if causal else np.ones((n, n))
    even = np.broadcast_to(even / even.sum(-1, keepdims=True), (LAYERS, HEADS, n, n)).astype(np.float32)
    looked_for = search(causal)
    scores = scored(looked_for, even)
    links = {("self", kind): [link.above] * 20 for kind, link in scores[0].links.items() if link}
    assert ranked(found_in(looked_for, scores, links)) == ()
    assert causal or not links, "without a mask every token gives as much as the others"


def test_attention_that_knows_no_places_is_claimed_as_rarely_as_chance_allows():
    """Rows are random, so a claim is a false alarm: one in twenty is allowed, more than twice that is not."""
    looked_for = search()
    claimed = {kind: 0 for kind in KINDS[2:]}
    for seed in range(200):
        for one in found_in(looked_for, scored(looked_for, random_attention(seed)), {}):
            claimed[one.kind] += one.rare
    assert max(claimed.values()) <= 20, claimed


@given(st.integers(0, 10**6), st.booleans(), st.lists(st.floats(0, 1), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_what_holds_of_every_ranking(seed, causal, chance):
    looked_for = search(causal)
    links = {("self", kind): chance for kind in ("pronoun", "words")}
    found = ranked(found_in(looked_for, scored(looked_for, random_attention(seed, causal=causal)), links))
    assert all(0 <= one.reached < one.attempts / 2 and one.weight >= 0.2 for one in found)
    assert [one.rare for one in found] == sorted((one.rare for one in found), reverse=True)
    for rare in (True, False):
        kinds = [KINDS.index(one.kind) for one in found if one.rare == rare]
        assert kinds == sorted(kinds)
    for one in found:
        assert one.rare == ((one.reached + 1) / (one.attempts + 1) <= 0.05)
        assert 0 <= one.compared <= one.weight + ARRAYS and one.weight <= 1 + ARRAYS


def test_a_link_is_what_others_do_not_look_at():
    shown = tokens()
    it, cat, dog, rain = (WORDS.index(word) for word in ("it", "cat", "dog", "rain"))
    weights = np.full((1, len(WORDS), len(WORDS)), 0.01)
    weights[0, :, dog] = 0.6  # everyone looks there
    weights[0, it, dog] = 0.65
    weights[0, it, rain] = 0.3
    weights[0, it, cat] = 0.99  # next but one is no neighbour, "and" is between
    link = strongest(candidates(shown)["pronoun"], weights, 5, causal=False)
    assert (link.layer, link.head, link.query, link.key) == (5, 0, it, cat)
    assert_close([link.weight, link.above], [0.99, 0.98], atol=OURS)
    weights[0, it, cat] = 0.01
    link = strongest(candidates(shown)["pronoun"], weights, 0, causal=False)
    assert link.key == rain and link.above == pytest.approx(0.29)


def test_which_words_may_be_linked():
    may = candidates(tokens())
    names = {
        kind: {(WORDS[q], WORDS[k]) for q, k in zip(*np.nonzero(pairs), strict=True)}
        for kind, pairs in may.items()
    }
    assert {query for query, _ in names["pronoun"]} == {"it"}
    assert {key for _, key in names["pronoun"]} == {"dog", "saw", "cat", "rain", "fell"}
    assert ("dog", "saw") not in names["words"], "neighbours"
    assert ("dog", "cat") in names["words"] and ("ran", "fell") in names["words"]
    pieces = tuple(Token(t, t, 0, False, False, 0, w) for t, w in (("un", 0), ("x", 0), ("or", 1), ("ab", 2)))
    assert not candidates(pieces)["words"].any(), "a piece is no word"
    unknown = tuple(
        Token(t, "[UNK]", 0, False, False, 0, w, note="not in the vocabulary")
        for w, t in enumerate(("在", "东", "京"))
    )
    assert not candidates(unknown)["words"].any(), "the model knows no word there"
    cross = cross_candidates(tokens(("[CLS]", "chat", "noir")), tokens(("cat", "[SEP]")))
    assert list(cross) == ["words"]
    assert np.argwhere(cross["words"]).tolist() == [[0, 0], [1, 0]], "for the token that is written"


@given(st.text(), st.text())
@settings(max_examples=80, deadline=None)
def test_shuffled_texts_have_the_same_words_and_the_same_rest(text, pair):
    for one in shuffled((text, pair), 3):
        for before, after in zip((text, pair), one, strict=True):
            assert UNIT.sub("", before) == UNIT.sub("", after)
            assert len(before) == len(after) and sorted(before) == sorted(after)


def test_shuffling_moves_words_and_characters_of_unspaced_scripts():
    (english, korean, chinese), *_ = shuffled(("It didn't rain.", "오늘 서울의 날씨", "我们去北京"), 1)
    assert sorted(UNIT.findall(english)) == ["It", "didn't", "rain"] and english.endswith(".")
    assert sorted(korean.split()) == sorted("오늘 서울의 날씨".split())
    assert sorted(chinese) == sorted("我们去北京") and len(UNIT.findall(chinese)) == 5
    assert len(set(shuffled(("a b c d e f g",)))) > 15
    assert shuffled(("a b c",)) == shuffled(("a b c",)), "the same every time"


@pytest.mark.parametrize("family", ["Bert", "Llama", "Marian", "T5"])
def test_texts_that_share_a_run_have_the_weights_of_their_own(family):
    loaded = tiny.loaded(family)
    texts = [("the cat sat", "", "a dog"), ("dog ran to a house", "", "it was"), ("sat cat the", "", "dog a")]
    alone = {}
    for one in texts:
        found = capture(loaded, one[0], one[1], one[2] if family in tiny.ENCODER_DECODERS else "").maps
        alone[tuple(token.text for token in found[0].queries)] = found
    for found in captured_maps(loaded, texts):
        wanted = alone.pop(tuple(token.text for token in found[0].queries))
        for ours, own in zip(found, wanted, strict=True):
            for layer, other in zip(ours.layers, own.layers, strict=True):
                assert_close(layer.weights(), other.weights(), atol=TINY)
    assert not alone


def test_the_findings_of_a_model_are_its_own_numbers(minilm):
    text = "The cat sat on the mat because it was tired."
    result = attention_findings(Selection(text), minilm)
    shown = capture(minilm, text).maps[0]
    weights = np.stack([layer.weights().numpy() for layer in shown.layers])
    found = {one.kind: one for one in result.findings}
    previous = np.diagonal(weights, -1, 2, 3).mean(-1)
    assert (found["previous"].layer, found["previous"].head) == np.unravel_index(
        previous.argmax(), previous.shape
    )
    assert_close(found["previous"].weight, previous.max(), atol=SHIPPED)
    assert found["previous"].rare, "MiniLM has a head that looks one token back"
    chance = link_chance(Selection(text), minilm)
    by_hand = []
    for (other,) in shuffled((text,)):
        one = capture(minilm, other).maps[0]
        may = candidates(one.queries)["words"]
        by_hand.append(max(link.above if link else 0 for link in links_of(one, may)))
    assert_close(sorted(chance["self", "words"]), sorted(by_hand), atol=SHIPPED)
    json.dumps(attention_view(Selection(text), minilm).payload)


def links_of(shown, may):
    return [strongest(may, layer.weights().numpy(), 0, shown.causal) for layer in shown.layers]


def test_the_page_opens_on_what_the_api_says_stands_out(minilm):
    selection = Selection("The cat sat on the mat. It fell asleep.")
    payload = attention_view(selection, minilm).payload
    result = attention_findings(selection, minilm)
    assert [one["sentence"] for one in payload["findings"]] == [one.sentence for one in result.findings]
    assert payload["headline"] == findings_headline(selection, result)
    assert [layer["layer"] for layer in payload["layers"]] == list(range(6)), "a short text brings all"
    long = attention_view(Selection("The cat sat on the mat. " * 20), minilm).payload
    assert long["maps"][0]["heads"] * len(long["maps"][0]["queries"]) ** 2 * 6 > FIRST_BYTES
    first = long["findings"][0]
    assert [layer["layer"] for layer in long["layers"]] == [first["layer"]]
    assert long["findings_note"].startswith("Links between words")


def test_nothing_is_said_to_be_missing_while_links_are_still_looked_for(minilm, monkeypatch):
    monkeypatch.setattr(findings, "AT_ONCE", 0)
    payload = attention_view(Selection("The cat sat on the mat."), minilm).payload
    assert payload["findings_wait"] and payload["headline"] == payload["findings"][0]["sentence"]
    assert not {one["kind"] for one in payload["findings"]} & set(LINKS)
    assert headline_of((), "") == NOTHING and headline_of((), "", wait=True) == ""


@pytest.mark.parametrize("measure", ["rollout", "norm"])
def test_where_rows_are_no_shares_nothing_is_claimed(minilm, measure):
    result = attention_findings(Selection("The cat sat.", measure=measure), minilm)
    assert result.findings == () and "shares of attention" in result.note
    assert findings_headline(Selection("x"), result) == ""


@pytest.mark.parametrize(
    ("special", "words", "measure"), [("hide", "tokens", "attention"), ("renormalise", "sum", "mean")]
)
def test_findings_are_about_the_tokens_that_are_shown(minilm, special, words, measure):
    selection = Selection("Unbelievably, the cats slept while it rained.", "", "", "minilm", measure)
    selection = Selection(**vars(selection) | {"special": special, "words": words})
    payload = attention_view(selection, minilm).payload
    count, heads = len(payload["maps"][0]["queries"]), payload["maps"][0]["heads"]
    assert payload["findings"]
    assert all(one["token"] < count and one["head"] < heads for one in payload["findings"])
    assert "separator" not in {one["kind"] for one in payload["findings"]}, "it is hidden"
    assert ("word" in payload["findings"][0]["sentence"]) == (words == "sum")


def test_a_translation_is_searched_in_all_its_maps():
    loaded = tiny.loaded("Marian")
    result = attention_findings(
        Selection("the cat sat on a mat", target="a dog ran to it", model="t"), loaded
    )
    assert {one.map for one in result.findings} <= {"encoder", "decoder", "cross"}
    assert all(one.kind in ("first", "separator", "words") for one in result.findings if one.map == "cross")


@given(st.floats(0, 1, allow_nan=False))
def test_a_share_in_words_is_no_further_off_than_rounding(share):
    said = percent(share)
    if said == "under 1 %":
        assert 0 < share < 0.01
    elif said == "over 99 %":
        assert 0.99 < share < 1
    else:
        assert abs(int(said.removesuffix(" %")) - 100 * share) <= 0.5 + 1e-9
        assert (said == "0 %") == (share == 0)
        assert (said == "100 %") <= (share > 1 - 1e-5)


def test_a_quoted_token_is_short_and_whole():
    def token(text):
        return Token(text, text, 0, False, False, 0, 0)

    assert quoted(token("cat")) == "“cat”"
    assert quoted(Token("[SEP]", "[SEP]", 0, True, True, 0, 0)) == "[SEP]"
    assert quoted(token("a\u202eb\nc")) == "“a\ufffdb\ufffdc”"
    jamo = "\u1112\u1161\u11ab" * 20  # syllables of three code points each
    cut = quoted(token(jamo)).strip("“”…")
    assert len(cut) % 3 == 0 and len(cut) >= 24


@given(st.integers(0, 10**6), st.integers(0, 20))
@settings(max_examples=40, deadline=None)
def test_a_headline_claims_only_what_chance_rarely_reaches(seed, reached):
    rng = np.random.default_rng(seed)
    one = Found("words", "self", 0, 0, "query", 0, 2, *rng.random(3), reached, 20, 1)
    assert one.rare == (reached == 0), "0 of 20 is 1 in 21; 1 of 20 is 2 in 21"

    class Said:
        rare, sentence = one.rare, f"{reached} of 20"

    said = headline_of([Said()], "")
    assert said == ("0 of 20" if reached == 0 else NOTHING)
