"""The debate's figures are those of the files that are shipped, not of what was trained before rounding."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from demos.models.additive_attention import PAD
from demos.models.classifier_family import read_classifiers
from training import debate, debate_classifier


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Training of a few models on a few made-up sentences, in a folder of its own."""
    monkeypatch.setattr(debate_classifier, "EPOCHS", 2)
    monkeypatch.setattr(debate, "SEEDS", (0, 1))
    monkeypatch.setattr(debate, "LAMBDAS", (0.005,))
    monkeypatch.setattr(debate, "FOLDER", tmp_path)
    monkeypatch.setattr(debate, "adversaries", lambda base, splits: {})
    monkeypatch.setattr(debate, "imposed", lambda attentions: debate.frozen_uniform)
    torch.manual_seed(0)
    vectors = torch.randn(14, 8).half().float()
    vectors[PAD] = 0
    monkeypatch.setattr(debate, "word_vectors", lambda vocabulary: vectors)
    ids = [[4 + i % 5, 9 + i % 5, 4 + (i * 3) % 10] for i in range(24)]
    split = debate.Split(ids, torch.tensor([float(i % 2) for i in range(24)]))
    return [f"w{i}" for i in range(14)], dict.fromkeys(("train", "dev", "test"), split), tmp_path


def test_what_is_measured_is_what_the_files_give_back(small):
    vocabulary, splits, folder = small
    models, figures = debate.train_all(vocabulary, splits, None)
    debate.save(models, vocabulary, figures, folder)
    shipped = read_classifiers(folder, "bilstm-0", debate.SHIPPED)
    for name, model in models.items():
        other = shipped.base if name == "bilstm-0" else shipped.variants[name]
        for key, value in model.state_dict().items():
            torch.testing.assert_close(other.state_dict()[key], value, atol=0, rtol=0)
    _, again = debate.train_all(vocabulary, splits, [])
    assert again == figures == json.loads((folder / "figures.json").read_text())


def test_rounding_moves_weights_that_half_precision_cannot_hold():
    model = debate.AttentionClassifier("average", nn.Embedding(6, 4, padding_idx=PAD))
    before = model.output.weight.clone()
    assert (debate.rounded(model).output.weight != before).any()
    assert (model.output.weight == before.half().float()).all()
