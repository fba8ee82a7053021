"""Small models trained from scratch: they load without a network and do what their cards say."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import torch

from demos.models.cache import shared_cache
from demos.models.catalog import ASSETS, checkpoint
from demos.models.specs import Loaded, Spec

HEADS = {
    "korean-mlm": "masked-lm",
    "korean-sentiment": "sequence-classification",
    "marian-en-fr": "seq2seq-lm",
    "marian-en-de": "seq2seq-lm",
    "bert-tiny-mlm": "masked-lm",
}


def lease(name: str):
    return shared_cache().lease(Spec(name, HEADS[name]))


def fill(loaded: Loaded, text: str) -> list[str]:
    """The five likeliest tokens for the gap."""
    batch = loaded.tokenizer(text, return_tensors="pt")
    [place] = (batch["input_ids"][0] == loaded.tokenizer.mask_token_id).nonzero().flatten().tolist()
    best = loaded.model(**batch).logits[0, place].topk(5).indices.tolist()
    return [loaded.tokenizer.decode([i]).removeprefix("##").strip() for i in best]


def translate(loaded: Loaded, text: str, beams: int = 1) -> str:
    ids = loaded.model.generate(**loaded.tokenizer(text, return_tensors="pt"), num_beams=beams)
    return loaded.tokenizer.decode(ids[0], skip_special_tokens=True)


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


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("korean-mlm", "정말 재미있는 [MASK] 입니다.", "영화"),
        ("bert-tiny-mlm", "A man is riding a [MASK].", "bike"),
    ],
)
def test_a_gap_is_filled(name, text, answer):
    with lease(name) as loaded:
        assert answer in fill(loaded, text)


@pytest.mark.parametrize(
    ("to", "text", "expected"),
    [
        ("fr", "A man is playing the guitar.", "Un homme joue de la guitare."),
        ("fr", "Two dogs are running.", "Deux chiens courent."),
        ("de", "A man is playing the guitar.", "Ein Mann spielt Gitarre."),
        ("de", "Two dogs are running.", "Zwei Hunde rennen."),
    ],
)
def test_a_plain_caption_is_translated(to, text, expected):
    with lease(f"marian-en-{to}") as loaded:
        assert translate(loaded, text, beams=5) == expected


@pytest.mark.parametrize("to", ["fr", "de"])
def test_greedy_generation_is_the_argmax_step_by_step(to):
    with lease(f"marian-en-{to}") as loaded:
        model, text = loaded.model, "A young girl in a red dress sits on a bench and reads a book."
        batch = loaded.tokenizer(text, return_tensors="pt")
        assert batch["input_ids"][0, -1] == model.config.eos_token_id
        ids = torch.tensor([[model.config.decoder_start_token_id]])
        while ids[0, -1] != model.config.eos_token_id and ids.shape[1] < 60:
            logits = model(**batch, decoder_input_ids=ids).logits
            ids = torch.cat([ids, logits[:, -1:].argmax(-1)], dim=1)
        generated = model.generate(**batch, num_beams=1, do_sample=False)
        assert generated.tolist() == ids.tolist()
        assert ids.shape[1] > 8
