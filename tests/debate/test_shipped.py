"""The shipped models are the ones that the cards describe, and the finding reappears."""

from __future__ import annotations

import json

import pytest
import torch

from demos.debate.claims import cards
from demos.debate.methods.dataset_schemas import METRICS
from demos.debate.reported_metrics import aggregates, f1, metric, spread, trained
from demos.models.cache import shared_cache
from demos.models.classifier_family import FOLDER, read_classifiers
from demos.models.specs import Spec
from tests.closeness import assert_close

ADAPTER = Spec("minilm-sentiment", "sequence-classification")


def test_every_model_with_figures_is_there_and_small_enough():
    names = {path.stem for path in FOLDER.glob("*.safetensors")} - {"embedding"}
    assert names == set(trained())
    sizes = [
        path.stat().st_size for path in (*FOLDER.iterdir(), *FOLDER.with_name(ADAPTER.checkpoint).iterdir())
    ]
    assert max(sizes) < 10 * 2**20 and sum(sizes) < 30 * 2**20


def test_variants_share_one_embedding_which_is_counted_once():
    found = read_classifiers(FOLDER, "bilstm-0", ("bilstm-1",))
    assert found.base.embedding is found.variants["bilstm-1"].embedding
    own = sum(p.nbytes for p in found.base.encoder.parameters())
    assert (
        found.base.embedding.weight.nbytes + 2 * own < found.nbytes < 2 * found.base.embedding.weight.nbytes
    )


@pytest.mark.parametrize("checkpoint", ["debate-bilstm", "debate-average"])
def test_the_catalog_counts_what_is_loaded(checkpoint):
    from demos.models.catalog import checkpoint as entry

    with shared_cache().lease(Spec(checkpoint)) as loaded:
        # Half-precision files, and the shared embedding counted once: only about the same.
        assert_close(loaded.nbytes, entry(checkpoint).parameters * 4, atol=0, rtol=0.01)


def test_the_adapter_shares_its_base_in_memory_and_leaves_it_as_it_is():
    with shared_cache().lease(ADAPTER) as adapter, shared_cache().lease(Spec("minilm")) as base:
        own, below = adapter.model.bert, base.model
        for layer in range(6):
            theirs = below.encoder.layer[layer].output.dense.weight
            ours = own.encoder.layer[layer].output.dense.weight
            assert (ours.data_ptr() == theirs.data_ptr()) == (layer < 4)
        words = (bert.embeddings.word_embeddings.weight.data_ptr() for bert in (own, below))
        assert len(set(words)) == 1
        assert adapter.nbytes == 4 * 3_697_538
        assert "MiniLM sentence encoder" in adapter.origin.note
        inputs = base.tokenizer("a film", return_tensors="pt")
        with torch.no_grad():
            before = below(**inputs).last_hidden_state
            adapter.model(**inputs)
            torch.testing.assert_close(below(**inputs).last_hidden_state, before, atol=0, rtol=0)


def test_the_average_encoder_agrees_more_with_its_rivals_than_the_bilstm_does():
    for rival in ("tau_gradient", "tau_leave_one_out"):
        assert metric("debate-average", rival)["mean"] > metric("debate-bilstm", rival)["mean"] + 0.1
    for checkpoint in aggregates():
        assert (
            metric(checkpoint, "tau_gradient")["count"] + metric(checkpoint, "tau_gradient")["undefined"]
            == 1821
        )


def test_the_aggregates_are_of_the_measures_that_the_demo_takes():
    for splits in aggregates().values():
        for split in splits.values():
            for row in split["measures"]:
                assert (row["title"], row["definition"]) == METRICS[row["name"]]
    # The mean of the middle two of 100 shuffles, as in the papers' code: torch's median was the lower one.
    shuffled = [round(metric(name, "permutation")["mean"], 4) for name in aggregates()]
    assert shuffled == [0.1262, 0.1365, 0.1062]
    assert "by 0.13 on average" in cards("permute")


def test_the_card_quotes_the_figures():
    card = (FOLDER / "README.md").read_text()
    for checkpoint in aggregates():
        taus = (spread(metric(checkpoint, name)) for name in ("tau_gradient", "tau_leave_one_out"))
        assert " | ".join(taus).replace("0.", ".") in card
    card = " ".join(card.split())
    chance = spread(metric("debate-bilstm", "tau_random")).replace("0.", ".")
    assert f"a random ranking: {chance})" in card
    for name in (
        "bilstm-0",
        "average",
        "bilstm-uniform",
        "guide-uniform",
        "guide-bilstm",
        "guide-consistent",
    ):
        assert f"{f1(name):.3f}".lstrip("0") in card, name
    figures = json.loads((FOLDER.with_name(ADAPTER.checkpoint) / "figures.json").read_text())
    card = (FOLDER.with_name(ADAPTER.checkpoint) / "README.md").read_text()
    for name in ("seed-0", "uniform"):
        assert f"{figures[name]['test']['f1']:.3f}".lstrip("0") in card
