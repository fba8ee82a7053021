"""The shipped models are the ones that the card describes."""

from __future__ import annotations

import json

import pytest

from demos.trial.classifier import pad
from demos.trial.weights import FOLDER, model, names, word_ids

FIGURES = json.loads((FOLDER / "figures.json").read_text())


def test_every_model_with_figures_is_there_and_small_enough():
    assert set(names()) == set(FIGURES)
    sizes = [path.stat().st_size for path in FOLDER.iterdir()]
    assert max(sizes) < 10 * 2**20 and sum(sizes) < 30 * 2**20


def test_they_share_one_embedding():
    assert model("bilstm-0").embedding.weight.data_ptr() == model("average").embedding.weight.data_ptr()


@pytest.mark.parametrize("name", ["bilstm-0", "bilstm-7", "average", "consistent-0.005"])
def test_they_tell_praise_from_blame(name):
    praise, blame = "a wonderful warm and moving film", "a dull stupid and boring mess"
    good, bad = model(name)(pad([word_ids(praise)]))[0], model(name)(pad([word_ids(blame)]))[0]
    assert good > 0 > bad


def test_the_average_encoder_agrees_more_with_its_rivals_than_the_bilstm_does():
    measured = json.loads((FOLDER / "aggregates.json").read_text())
    for rival in ("gradient", "leave_one_out"):
        assert measured["average"][rival]["mean"] > measured["bilstm-0"][rival]["mean"] + 0.1
    assert abs(measured["bilstm-0"]["random"]["mean"]) < 0.02
