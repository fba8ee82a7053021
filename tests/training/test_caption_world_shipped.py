"""What caption world ships: the same vocabulary and budget for all, and figures that the files give again."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from demos.models.int8_rows import load_rows
from training import scratch
from training.caption_world import __main__ as command
from training.caption_world import cards, data, figures, scored, tokenizer
from training.caption_world.loop import SHARES

FOLDER = scratch.ASSETS / "caption-world"
SHIPPED = [name for name in figures.CLASSES if (FOLDER / name / "model.safetensors").is_file()]
CAPTIONS = os.environ.get("CAPTIONS")
"""A folder as in training/caption_world/data.py; the captions themselves are not in the repository."""


def facts(name: str) -> dict:
    return json.loads((FOLDER / name / "figures.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_model_saw_the_same_number_of_tokens(name):
    run = facts(name)["training"]
    assert command.BUDGET <= run["tokens"] < command.BUDGET + 5_000  # the last batch goes over it
    assert run["steps"] > 1_000 and run["curve"][-1][1] < run["curve"][0][1]


def test_the_pieces_have_the_same_ids_in_all_folders():
    found = {}
    for name in SHIPPED:
        words = json.loads((FOLDER / name / "tokenizer.json").read_text(encoding="utf-8"))
        vocabulary = words["model"]["vocab"]
        found[name] = {index: piece for piece, index in vocabulary.items() if index >= tokenizer.RESERVED}
        assert len(vocabulary) == tokenizer.SIZE
    assert all(pieces == found[SHIPPED[0]] for pieces in found.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_card_is_made_of_the_figures(name):
    folder = FOLDER / name
    assert (folder / "README.md").read_text(encoding="utf-8") == cards.card(name, folder, facts(name))
    assert all(file.stat().st_size < 10_000_000 for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_model_loads_and_has_the_parameters_that_the_card_says(name):
    model, words = figures.load(FOLDER / name, name)
    assert sum(parameter.numel() for parameter in model.parameters()) == facts(name)["parameters"]
    assert len(words) == model.config.vocab_size == tokenizer.SIZE


def test_albert_has_one_layer_and_uses_it_four_times():
    if "albert" not in SHIPPED:
        pytest.skip("not trained yet")
    model, _ = figures.load(FOLDER / "albert", "albert")
    assert model.config.num_hidden_layers == 4
    assert [len(group.albert_layers) for group in model.albert.encoder.albert_layer_groups] == [1]


def test_distilberts_card_names_its_teacher():
    if "distilbert" not in SHIPPED:
        pytest.skip("not trained yet")
    digest = hashlib.sha256((FOLDER / "bert" / "model.safetensors").read_bytes()).hexdigest()
    assert digest in (FOLDER / "distilbert" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in SHIPPED if (FOLDER / name / "steps").is_dir()])
def test_checkpoints_are_whole_and_measured(name):
    files = sorted((FOLDER / name / "steps").glob("*.safetensors"), key=lambda path: int(path.stem))
    percents = [int(path.stem) for path in files]
    assert percents == [round(100 * share) for share in SHARES]
    assert [step["percent"] for step in facts(name)["steps"]] == percents
    model, _ = figures.load(FOLDER / name, name)
    for path in files:
        missing, unexpected = model.load_state_dict(load_rows(path), strict=False)
        assert not unexpected
        assert all(key in model._tied_weights_keys or "position" in key for key in missing), missing


@pytest.mark.skipif(CAPTIONS is None, reason="say where the captions are: CAPTIONS=folder")
@pytest.mark.parametrize("name", SHIPPED)
def test_the_weights_give_the_figures_again(name):
    model, words = figures.load(FOLDER / name, name)
    part = figures.part_of(data.read(Path(CAPTIONS or ""), "val"), words)
    measures = [
        measure
        for measure in figures.MEASURES[name]
        if measure in (scored.masked_accuracy, scored.perplexity, scored.next_sentence, scored.sentence_order)
    ]
    for key, value in figures.take(measures, name, model, words, part).items():
        assert facts(name)["val"][key] == pytest.approx(value, rel=1e-3, abs=1e-3)
