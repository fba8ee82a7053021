"""What each architecture says of a caption, against transformers and against the definitions."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from demos.caption_world import gaps, world
from demos.caption_world.architectures import architectures, shipped
from demos.caption_world.greedy import after, behind, greedy
from demos.caption_world.one_sentence import EXAMPLES, decoders, encoder_decoders, encoders
from demos.caption_world.one_sentence.compute import CAPTION_WORLD
from demos.caption_world.one_sentence.headline import headline
from demos.caption_world.one_sentence.question import encoded, plain_ids, question_of
from demos.caption_world.one_sentence.schemas import CaptionWorldAnswer, CaptionWorldInputs, Line, Said
from demos.caption_world.one_sentence.show import show
from demos.models.cache import shared_cache
from tests.closeness import assert_close
from tests.headlines import ANY_TEXT, HOSTILE, SHARE, check_sentence

CAPTION = CaptionWorldInputs("A man in a blue shirt is standing on a ladder.", "A man climbs.", 6)
SPECS = {one.name: one.spec for one in architectures()}


@pytest.fixture(scope="module")
def answer(runner) -> CaptionWorldAnswer:
    return runner(CAPTION_WORLD, CAPTION)


def test_every_shipped_architecture_answers_in_order(answer):
    assert [said.name for said in answer.said] == [one.name for one in shipped()]
    assert all(said.lines and said.parameters > 0 for said in answer.said)
    for said in answer.said:
        assert all(line.probability is None or 0 <= line.probability <= 1 for line in said.lines)


@pytest.mark.parametrize("name", ["marian", "bart", "mbart", "t5"])
def test_what_is_written_is_what_generate_writes(name):
    with shared_cache().lease(SPECS[name]) as loaded:
        source = [*plain_ids(CAPTION.text, loaded), loaded.tokenizer.eos_token_id]
        start, end = loaded.model.config.decoder_start_token_id, loaded.tokenizer.eos_token_id
        ours = greedy(behind(loaded.model, source), [start], {end}, 20)
        theirs = loaded.model.generate(
            torch.tensor([source]),
            attention_mask=torch.ones(1, len(source), dtype=torch.long),
            decoder_start_token_id=start,
            num_beams=1,
            do_sample=False,
            max_new_tokens=20,
        )[0].tolist()[1:]
        assert ours.ids == (theirs[: theirs.index(end)] if end in theirs else theirs)


@pytest.mark.parametrize("name", ["gpt", "gpt2", "ctrl"])
def test_decoders_go_on_as_generate_does(name):
    with shared_cache().lease(SPECS[name]) as loaded:
        begin = plain_ids("A man in a blue", loaded)
        ours = greedy(after(loaded.model), begin, {loaded.tokenizer.eos_token_id}, 8)
        theirs = loaded.model.generate(
            torch.tensor([begin]),
            attention_mask=torch.ones(1, len(begin), dtype=torch.long),
            do_sample=False,
            max_new_tokens=8,
            pad_token_id=0,
        )[0].tolist()[len(begin) :]
        end = loaded.tokenizer.eos_token_id
        assert ours.ids == (theirs[: theirs.index(end)] if end in theirs else theirs)


@pytest.mark.parametrize("name", ["elmo"])
def test_elmo_joins_its_halves_as_the_shared_function_does(name):
    question = question_of(CAPTION)
    with shared_cache().lease(SPECS[name]) as loaded:
        joined = encoders.halves(question, loaded)[2]
        found = encoded(question, loaded)
        ids = torch.tensor([found.with_mask(found.ids[found.first])])
        scores = gaps.gap_scores(loaded.model, ids, torch.ones_like(ids), torch.tensor([found.first]), None)
        assert_close(joined.probability, float(scores.exp().max()), 1e-6)


@pytest.mark.parametrize("name", ["albert"])
def test_albert_uses_one_layer_for_all(name):
    with shared_cache().lease(SPECS[name]) as loaded:
        encoder = loaded.model.albert.encoder
        assert loaded.model.config.num_hidden_layers == 4
        assert (
            len(encoder.albert_layer_groups) == 1 and len(encoder.albert_layer_groups[0].albert_layers) == 1
        )


@pytest.mark.parametrize("name", ["albert"])
def test_the_other_order_and_the_same_order_are_judged_by_one_head(name):
    with shared_cache().lease(SPECS[name]) as loaded:
        _, order, swapped = encoders.sentence_order(question_of(CAPTION), loaded)
        assert order.label.startswith("“a man in") and order.label.endswith("in order?")
        assert {order.text, swapped.text} <= {"yes", "no"}


def test_a_caption_is_cut_between_words_also_where_the_middle_one_is_part_of_an_earlier_one():
    odd = replace(CAPTION, text="A woman is riding a sandwich down the street.")
    assert encoders._halves(question_of(odd)) == ("a woman is riding", "a sandwich down the street")


@pytest.mark.parametrize("name", ["ctrl"])
def test_codes_are_chosen_among_three_alike(name):
    with shared_cache().lease(SPECS[name]) as loaded:
        *_, best = decoders.coded(question_of(CAPTION), loaded)
        assert 1 / 3 <= best.probability <= 1


@pytest.mark.parametrize("name", ["t5"])
def test_t5_has_a_prefix_for_each_task(name):
    with shared_cache().lease(SPECS[name]) as loaded:
        lines = encoder_decoders.by_prefix(question_of(CAPTION), loaded)
        assert [line.label.split(":")[0] for line in lines] == [
            "translate English to German",
            "translate English to French",
            "fill",
        ]


@pytest.mark.parametrize("example", EXAMPLES[3:], ids=lambda example: example.label)
def test_what_is_no_caption_is_told_apart_before_the_answers(runner, example):
    found = runner(CAPTION_WORLD, example.inputs)
    assert found.withheld and "Show anyway" in show(found)
    assert "captions" in headline(example.inputs, found)


@pytest.mark.parametrize("example", EXAMPLES[:2], ids=lambda example: example.label)
def test_captions_are_not_withheld(runner, example):
    found = runner(CAPTION_WORLD, example.inputs)
    assert not found.withheld and found.perplexity < found.usual


def test_the_judge_is_gpt2_of_this_world():
    assert world.JUDGE == SPECS["gpt2"]


@given(st.lists(st.tuples(st.sampled_from(list(SPECS)), ANY_TEXT, SHARE), max_size=14))
def test_a_headline_counts_and_escapes_nothing_away(rows):
    said = tuple(Said(name, (Line("x", text, share),), 1, 0.0) for name, text, share in rows)
    answer = CaptionWorldAnswer("a b c", ("a", HOSTILE, "c"), 1, 1.0, 2.0, (), "", said, origin=None)
    told = headline(CAPTION, answer)
    if told:
        check_sentence(told)
    assert headline(CAPTION, replace(answer, withheld="x")) != told


def test_what_was_typed_is_escaped(answer):
    words = (HOSTILE, *answer.words[1:])
    said = (replace(answer.said[0], lines=(Line(HOSTILE, HOSTILE, 0.5),)),)
    assert "<script>" not in show(replace(answer, text=HOSTILE, words=words, said=said))
