"""Small models trained from scratch: they load without a network and do what their cards say."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import torch

from demos.models.cache import shared_cache
from demos.models.catalog import ASSETS, checkpoint
from demos.models.specs import Spec

HEADS = {
    "korean-sentiment": "sequence-classification",
}


def lease(name: str):
    return shared_cache().lease(Spec(name, HEADS[name]))


@pytest.mark.parametrize("name", HEADS)
def test_it_loads_from_the_repository_with_a_card_and_small_files(name):
    with lease(name) as loaded:
        assert (loaded.origin.source, loaded.model.dtype) == ("bundled", torch.float32)
        assert loaded.model.base_model.num_parameters() == checkpoint(name).parameters
        assert len(loaded.tokenizer) <= loaded.model.config.vocab_size
        folder = Path(loaded.folder)
    assert folder == ASSETS / "models" / name
    assert (folder / "model.safetensors").stat().st_size == checkpoint(name).size_bytes
    assert all(file.stat().st_size < 10_000_000 for file in folder.iterdir())
    assert {"README.md", "figures.json"} <= {file.name for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("review", "label"),
    [
        ("정말 재미있고 감동적인 영화였어요. 최고!", "positive"),
        ("인생 영화입니다. 강력 추천합니다", "positive"),
        ("너무 지루하고 재미없다. 시간 낭비", "negative"),
        ("최악의 영화. 돈이 아깝다", "negative"),
    ],
)
def test_a_clear_korean_review_is_told(review, label):
    with lease("korean-sentiment") as loaded:
        logits = loaded.model(**loaded.tokenizer(review, return_tensors="pt")).logits[0]
        assert loaded.model.config.id2label[int(logits.argmax())] == label


def test_korean_text_in_either_unicode_form_is_the_same_tokens():
    with lease("korean-sentiment") as loaded:
        text = "정말 재미있는 영화"
        ids = loaded.tokenizer(text)["input_ids"]
        assert loaded.tokenizer(unicodedata.normalize("NFD", text))["input_ids"] == ids
        assert loaded.tokenizer.decode(ids, skip_special_tokens=True) == text
