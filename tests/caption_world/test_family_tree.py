"""The family tree: masks as the mechanisms say, rows in the order that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from demos.caption_world.architectures import FAMILIES, architectures, shipped
from demos.caption_world.family_tree.compute import FAMILY_TREE
from demos.caption_world.family_tree.headline import headline
from demos.caption_world.family_tree.schemas import FamilyTreeInputs
from demos.caption_world.family_tree.show import show
from demos.errors import BadInput
from tests.headlines import check_sentence


@pytest.fixture(scope="module")
def tree(runner):
    return runner(FAMILY_TREE, FamilyTreeInputs())


def masks(tree, name: str) -> dict[str, np.ndarray]:
    branch = next(row for row in tree.branches if row.name == name)
    return {mask.name: np.array([list(row) for row in mask.rows]) == "1" for mask in branch.masks}


def test_there_are_fourteen_in_four_families():
    assert len(architectures()) == 14
    assert {one.family for one in architectures()} == set(FAMILIES)


@pytest.mark.parametrize("name", ["bert", "roberta", "albert", "distilbert", "electra"])
def test_in_an_encoder_every_word_sees_every_word(tree, name):
    assert masks(tree, name)["self-attention"].all()


@pytest.mark.parametrize("name", ["gpt", "gpt2", "ctrl", "transformer-xl"])
def test_in_a_decoder_no_word_sees_what_follows(tree, name):
    seen = masks(tree, name)["self-attention"]
    assert (seen == np.tril(np.ones_like(seen))).all()


@pytest.mark.parametrize("name", ["bart", "mbart", "marian", "t5"])
def test_an_encoder_decoder_has_all_three_kinds(tree, name):
    found = masks(tree, name)
    assert found["in the encoder"].all() and found["decoder to encoder"].all()
    inside = found["in the decoder"]
    assert (inside == np.tril(np.ones_like(inside))).all()


@pytest.mark.parametrize("name", ["elmo"])
def test_no_half_of_elmo_sees_the_other_side(tree, name):
    found = masks(tree, name)
    assert not np.triu(found["forward half"], 1).any() and np.tril(found["forward half"]).sum() > 20
    assert not np.tril(found["backward half"], -1).any() and np.triu(found["backward half"]).sum() > 20


def test_rows_are_filtered_and_sorted(runner):
    smallest = runner(FAMILY_TREE, FamilyTreeInputs(order="parameters")).branches
    assert [row.parameters for row in smallest] == sorted(row.parameters for row in smallest)
    decoders = runner(FAMILY_TREE, FamilyTreeInputs("decoder", "perplexity")).branches
    assert {row.name for row in decoders} == {one.name for one in shipped() if one.family == "decoder"}
    known = [row.perplexity for row in decoders if row.perplexity is not None]
    assert known == sorted(known)


def test_the_budget_is_the_same_for_all(tree):
    tokens = [row.tokens for row in tree.branches]
    assert max(tokens) - min(tokens) < 0.01 * min(tokens)


def test_a_headline_is_one_sentence(tree):
    check_sentence(headline(FamilyTreeInputs(), tree))


def test_a_long_caption_is_refused(runner):
    with pytest.raises(BadInput, match="13 words"):
        runner(FAMILY_TREE, FamilyTreeInputs(text="dog " * 13))


def test_the_table_has_a_picture_for_each_mask(tree):
    assert show(tree).count("<svg") == sum(len(row.masks) for row in tree.branches)
