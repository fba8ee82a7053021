"""Positions: maps against the library's own positions, and shuffled words that one encoder cannot notice."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertConfig, BertModel, LlamaConfig, MarianConfig, T5Config, T5Model
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

from demos.errors import BadInput
from demos.foundations.positions import similarity, wire
from demos.foundations.positions.headline import of_lengths, of_maps, of_shuffle
from demos.foundations.positions.reported import Line, Point, Shuffled
from demos.foundations.positions.schemas import (
    TITLES,
    Change,
    Gap,
    Guess,
    MapInputs,
    ShuffleInputs,
    ShuffleResult,
)
from demos.foundations.positions.show import shuffled_html
from demos.foundations.positions.shuffle import check_inputs, most_moved, shuffle_words
from demos.foundations.positions.words import Spelt, shuffled, spelt
from demos.models.own_configs import PositionsConfig
from demos.models.positions import SCHEMES, PositionsModel
from demos.models.specs import Loaded, Origin, Spec
from tests.caption_world.who_models import TEXT, words
from tests.closeness import ARRAYS, OURS, assert_close
from tests.headlines import HOSTILE, check_sentence

N = 12


def loaded(title: str, model=None, config=None, tokenizer=None) -> Loaded:
    origin = Origin(title, title, None, None, "bundled", "MIT", "")
    return Loaded(Spec(title), model, tokenizer, origin, 0, config=config)


@pytest.fixture(scope="module")
def five() -> Loaded:
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2}
    model = PositionsModel(PositionsConfig(vocab_size=len(words("bert")), **shape)).double()
    for name, parameter in model.named_parameters():
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.5)
    return loaded("five", model.eval().requires_grad_(False), tokenizer=words("bert"))


LLAMA = LlamaConfig(hidden_size=32, num_attention_heads=2, rope_theta=500.0)


@pytest.fixture(scope="module")
def t5():
    torch.manual_seed(0)
    shape = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2, "vocab_size": 20}
    return T5Model(T5Config(**shape)).eval()


@pytest.fixture(scope="module")
def maps(t5):
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 16}
    bert = BertModel(BertConfig(vocab_size=20, max_position_embeddings=40, **shape))
    return similarity.position_maps(
        MapInputs(N),
        [
            loaded("Marian", config=MarianConfig(d_model=32)),
            loaded("MiniLM", bert),
            loaded("SmolLM2", config=LLAMA),
            loaded("T5", t5),
        ],
    )


# Maps


def test_a_rotarys_similarity_is_the_mean_over_all_directions():
    """That mean is the mean over any orthonormal basis: here every unit vector, rotated by the library and
    multiplied with itself elsewhere."""
    basis = torch.eye(16)[:, None, :].expand(16, N, 16)[None]  # [1, h, n, d]: a head for each direction
    cosine, sine = LlamaRotaryEmbedding(LLAMA)(basis, torch.arange(N)[None])
    query, key = apply_rotary_pos_emb(basis, basis, cosine, sine)
    assert_close(similarity.turned(LLAMA, N), (query @ key.transpose(-1, -2))[0].mean(0), 10 * ARRAYS)


def test_the_cosine_of_sines_is_the_same_formula_with_another_pace():
    width = 16
    table = similarity.sine_table(MarianConfig(d_model=width), N)
    same_pace = LlamaConfig(hidden_size=width, num_attention_heads=1, rope_theta=10_000.0)
    assert_close(similarity.cosines(table), similarity.turned(same_pace, N), OURS)


def test_a_bias_is_what_t5_adds_to_its_scores(t5, maps):
    # Three digits are sent: the tolerance is four times what that rounds away.
    expected = t5.encoder.block[0].layer[0].SelfAttention.compute_bias(N, N)[0].double()
    assert torch.equal(similarity.biases(t5, N), expected)
    relative = maps.maps[-1]
    assert_close(relative.values, expected.mean(0).tolist(), 0.002)
    for head, line in zip(expected, relative.heads, strict=True):
        for row in range(N):
            assert_close(line[N - 1 - row : 2 * N - 1 - row], head[row].tolist(), 0.002)


def test_distance_explains_all_of_stripes_and_a_known_part_of_others():
    assert similarity.by_distance(similarity.distances(5).double()) == pytest.approx(1, abs=OURS)
    # Off the diagonal: 1, 3 at distance 1 and 2, 2 at -1, and 0 at 2 and -2; mean 8 / 6
    values = torch.tensor([[9.0, 1, 0], [2, 9, 3], [0, 2, 9]]).double()
    total = 1 + 9 + 4 + 4 - 6 * (8 / 6) ** 2
    assert similarity.by_distance(values) == pytest.approx(1 - 2 / total, abs=OURS)
    assert similarity.by_distance(torch.ones(3, 3)) == 1


def test_only_the_trained_table_knows_more_than_distances(maps):
    shares = {one.scheme: one.by_distance for one in maps.maps}
    assert shares["sines"] == shares["rotary"] == shares["relative"] == 1 and shares["learned"] < 0.9
    drawn = wire.maps(maps)["maps"]
    for one, made in zip(maps.maps, drawn, strict=True):
        assert (made["distances"] is None) == (one.scheme == "learned") == (made["rows"] is not None)
        if made["distances"]:
            whole = [[made["distances"][j - i + N - 1] for j in range(N)] for i in range(N)]
            assert whole == [list(row) for row in one.values]
    assert "100 %" not in check_sentence(of_maps(None, maps))


def test_a_learned_map_is_of_the_tables_own_rows():
    bert = BertModel(BertConfig(vocab_size=9, hidden_size=8, num_attention_heads=2, num_hidden_layers=1))
    rows = bert.embeddings(torch.zeros(1, N, dtype=torch.long)).shape[1]
    table = similarity.learned_table(bert, N)
    assert rows == len(table) == N
    expected = torch.nn.functional.cosine_similarity(table[2], table[5], dim=0)
    assert_close(similarity.cosines(table)[2, 5], expected, OURS)


def test_ours_stands_in_for_t5_where_t5_is_not_shipped(five):
    bias = similarity.biases(five.model, N)
    assert bias.shape == (2, N, N) and torch.equal(bias[:, 0, 1], bias[:, 5, 6])
    assert [spec.checkpoint for spec in similarity.specs(MapInputs())][-1] in (
        "positions",
        "caption-world-t5",
    )


# Shuffled words


def test_without_positions_nothing_changes_and_with_them_something_does(five):
    result = shuffle_words(ShuffleInputs(TEXT, 4), [five])
    assert result.gaps and tuple(TITLES) == SCHEMES
    for gap in result.gaps:
        for scheme, change in zip(SCHEMES, gap.changes, strict=True):
            if scheme == "none":
                assert change.before == change.after and not change.changed and change.moved == 0
            else:
                assert change.moved > 0
    assert wire.shuffle(result)["gaps"][0]["changes"][0]["said"] == "nothing"


def test_a_guess_is_the_encoders_own(five):
    result = shuffle_words(ShuffleInputs(TEXT, 4), [five])
    told = spelt(TEXT, words("bert"))
    for gap in result.gaps:
        ids: list[int] = []
        at = 0
        for number in result.order:
            if number == gap.word:
                at = len(ids)
            ids += [words("bert").mask_token_id] if number == gap.word else told[number].ids
        for scheme, change in zip(SCHEMES, gap.changes, strict=True):
            likely = five.model(torch.tensor([ids]), scheme)[0, at].softmax(-1)
            assert abs(change.after.probability - likely.max().item()) < 1e-6
            assert abs(change.after.truth - likely[told[gap.word].ids[0]].item()) < 1e-6


def test_words_are_their_pieces_and_typed_special_tokens_are_text():
    told = spelt("A tiny goat's <script> [MASK] near-by!", words("bert"))
    assert [word.text for word in told][:2] == ["A", "tiny"] and told[0].whole and told[1].whole
    assert not any(word.whole for word in told if not word.is_word)
    assert words("bert").mask_token_id not in [index for word in told for index in word.ids]
    assert all(len(word.ids) == len(word.pieces) > 0 for word in told)


def test_a_shuffle_is_another_text_with_the_same_words():
    told = [Spelt(text, (index,), (text,)) for text, index in (("a", 1), ("b", 2), ("a", 1))]
    for seed in range(20):
        order = shuffled(told, seed)
        assert order and sorted(order) == [0, 1, 2]
        assert [told[i].text for i in order] != ["a", "b", "a"]
        assert shuffled(told, seed) == order
    assert shuffled(told[:1], 0) is None


def test_the_page_opens_at_the_gap_that_moved_most(five):
    result = shuffle_words(ShuffleInputs(TEXT, 4), [five])
    sums = [sum(change.moved for change in gap.changes) for gap in result.gaps]
    assert most_moved(result.gaps) == result.opening == sums.index(max(sums))


# What is refused


@pytest.mark.parametrize("text", ["", " \n", "A goat waits", "goat " * 21, "\ud800 a b c d"])
def test_too_short_too_long_and_half_characters_are_refused_with_the_remedy(text):
    with pytest.raises(BadInput) as refused:
        check_inputs(ShuffleInputs(text))
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("개 한 마리가 해변을 달린다", "know none of these words"),
        ("goat goat goat goat", "one order only"),
        ("A goat waits supercalifragilisticexpialidocious", "pieces of words"),
        ("<script>alert(1)</script> 🐐 🐐 🐐", "know none of these words|pieces of words"),
    ],
)
def test_what_cannot_be_asked_is_refused(five, text, said):
    with pytest.raises(BadInput, match=said):
        shuffle_words(ShuffleInputs(text), [five])


# What is said


@given(st.lists(st.tuples(*[st.booleans()] * 5), min_size=1, max_size=20), st.floats(0, 1))
def test_a_headline_counts_what_changed(rows, moved):
    guess = Guess(HOSTILE, 0.5, 0.1)
    gaps = tuple(
        Gap(
            number, tuple(Change(guess, guess, changed, moved if i else 0.0) for i, changed in enumerate(row))
        )
        for number, row in enumerate(rows)
    )
    result = ShuffleResult((HOSTILE,) * len(rows), (), gaps, 0, 0.0, Origin(*[""] * 7))
    said = check_sentence(of_shuffle(None, result))
    for number, scheme in enumerate(TITLES):
        if number:
            assert f"{TITLES[scheme].lower()} {sum(row[number] for row in rows)}" in said


def test_longer_texts_are_told_by_twice_their_errors():
    def line(scheme: str, change):
        return Line(scheme, (Point(24, 0.4, 0.01), *([Point(64, 0.3, 0.01)] if change else [])), change)

    lines = [
        line("none", (-0.01, 0.006)),
        line("sines", (-0.2, 0.01)),
        line("learned", None),
        line("relative", (0.05, 0.02)),
    ]
    said = check_sentence(of_lengths(lines, 24))
    assert "worse with sines" in said and "better with relative bias" in said and "learned" in said
    assert "no positions" not in said
    assert of_lengths([], 24) == ""
    drawn = wire.lengths(lines, 24, 100, 300)
    assert [len(one["points"]) for one in drawn["lines"]] == [2, 2, 1, 2]


def test_the_table_names_every_encoder_with_its_error():
    found = [Shuffled(scheme, 0.4, 0.25, 0.15, 0.012) for scheme in TITLES]
    html = shuffled_html(found, 990)
    assert all(title in html for title in TITLES.values()) and "15.0 ± 1.2 points" in html
    assert shuffled_html([], 0) == ""
