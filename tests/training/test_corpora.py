from __future__ import annotations

import pytest
import torch

from tests.closeness import OURS, assert_close
from training.common import Example
from training.entities import TAGS, loss, read, score, spans

WNUT = "Anna\tB-person\nlikes\tO\nAcme\tB-corporation\nCorp\tI-corporation\n\nJaws\tB-creative-work\n"
BTC = "@\tB-PER\nanna\tB-PER\nin\tO\nRome\tB-LOC\n\n" + "\n\n".join(f"word{i}\tO" for i in range(9)) + "\n"
WIKIGOLD = "\n\n".join(f"-DOCSTART- O\n\nPage{i} I-MISC\nRome I-LOC\nParis I-LOC\nis O" for i in range(10))


@pytest.fixture
def corpora(tmp_path):
    for file in ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated"):
        (tmp_path / file).write_text(WNUT)
    for section in "abefgh":
        (tmp_path / f"btc_{section}.conll").write_text(BTC)
    (tmp_path / "wikigold.conll.txt").write_text(WIKIGOLD + "\n")
    return read(tmp_path)


def test_wnuts_classes_become_the_common_ones(corpora):
    first, second = corpora["wnut17"]["train"]
    assert first == [("Anna", "B-PER"), ("likes", "O"), ("Acme", "B-ORG"), ("Corp", "I-ORG")]
    assert second == [("Jaws", "B-MISC")]


def test_user_names_are_no_entities_and_section_h_is_held_out(corpora):
    assert corpora["btc"]["train"][0] == [("@", "O"), ("anna", "O"), ("in", "O"), ("Rome", "B-LOC")]
    assert [len(corpora["btc"][part]) for part in ("train", "dev", "test")] == [45, 5, 10]


def test_wikigold_is_split_by_document_and_its_entities_begin(corpora):
    pages = {part: [words[0][0] for words in found] for part, found in corpora["wikigold"].items()}
    assert pages["dev"] == ["Page5"]
    assert pages["test"] == ["Page3", "Page7"]
    assert len(pages["train"]) == 7
    assert corpora["wikigold"]["dev"][0] == [
        ("Page5", "B-MISC"),
        ("Rome", "B-LOC"),
        ("Paris", "I-LOC"),
        ("is", "O"),
    ]


def test_spans_of_tags():
    assert spans(["B-PER", "I-PER", "B-PER", "O", "I-LOC"]) == {(0, 2, "PER"), (2, 3, "PER"), (4, 5, "LOC")}


@pytest.mark.parametrize(("corpus", "learns"), [("btc", False), ("wikigold", True)])
def test_only_corpora_with_misc_say_anything_about_it(corpus, learns):
    logits = torch.zeros(1, 3, len(TAGS), requires_grad=True)
    loss(logits, [Example(({},), ([-1, 0, -1], [1], set()), corpus)]).backward()
    misc = [i for i, tag in enumerate(TAGS) if tag.endswith("MISC")]
    assert (logits.grad[0, 1, misc].abs().sum() > 0) == learns
    assert logits.grad[0, 1, 0] < 0
    assert not logits.grad[0, [0, 2]].any()


def test_an_entity_counts_only_with_its_borders_and_class_and_misc_is_not_counted_where_it_is_unknown():
    tags = ["O", "B-PER", "I-PER", "B-MISC", "O"]
    logits = torch.nn.functional.one_hot(torch.tensor([TAGS.index(tag) for tag in tags]), len(TAGS)).float()
    target = ([], [1, 2, 3], {(0, 2, "PER"), (2, 3, "LOC")})
    assert_close(score([logits], [Example(({},), target, "wnut17")])["f1"], 2 / 4, atol=OURS)
    assert_close(score([logits], [Example(({},), target, "btc")])["f1"], 2 / 3, atol=OURS)
