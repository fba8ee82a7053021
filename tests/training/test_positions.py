"""Training the five encoders: no padding, the same start for all, and gaps that stay the same."""

from __future__ import annotations

import json
import random

import pytest
import torch

from demos.models.own_configs import PositionsConfig
from demos.models.positions import SCHEMES, PositionsModel
from training import scratch
from training.caption_world import words
from training.caption_world.data import Captions
from training.caption_world.loop import IGNORED
from training.caption_world.tokenizer import MASK, RESERVED, SIZE
from training.positions import __main__ as command
from training.positions import figures, gaps, windows
from training.positions.card import card

STARTS = frozenset(range(RESERVED, 400, 2))
"""Even pieces begin words; odd ones continue them."""


def image(number: int) -> list[list[int]]:
    draw = random.Random(number)
    return [[RESERVED, *(draw.randrange(RESERVED, 400) for _ in range(15))] for _ in range(5)]


IMAGES = [image(number) for number in range(6)]


@pytest.fixture(scope="module")
def model() -> PositionsModel:
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2}
    return PositionsModel(PositionsConfig(vocab_size=SIZE, **shape)).eval()


def test_windows_are_stretches_of_the_joined_captions_and_need_no_padding():
    for captions in IMAGES:
        joined = windows.stream(captions, random.Random(3))[0]
        found = windows.windows(captions, random.Random(3))
        assert len(found) == len(captions)
        for window in found:
            assert len(window) in windows.LENGTHS
            assert any(joined[at : at + len(window)] == window for at in range(len(joined)))
    assert windows.windows([[RESERVED]], random.Random(0)) == [], "too little text for any"


def test_rows_have_a_quarter_of_their_pieces_hidden():
    for row in windows.rows(Captions(IMAGES, {}), random.Random(0)):
        assert sum(label != IGNORED for label in row.labels) == round(windows.SHARE * len(row.ids))


def test_all_begin_alike():
    made = command.build()
    first = made.schemes["none"].state_dict()
    for encoder in made.schemes.values():
        own = encoder.state_dict()
        assert all(torch.equal(own[name], tensor) for name, tensor in first.items())
    again = command.build().schemes["learned"].positions.weight
    assert torch.equal(again, made.schemes["learned"].positions.weight)


def test_a_loss_is_of_the_gaps_alone(model):
    rows = windows.rows(Captions(IMAGES, {}), random.Random(0))
    row = rows[0]
    encoder = model.schemes["sines"]
    likely = encoder.scores(encoder(torch.tensor([row.ids])))[0].log_softmax(-1)
    nats = [-likely[place, label].item() for place, label in enumerate(row.labels) if label != IGNORED]
    found = command.loss(encoder, [row], len(row.ids)).item()
    assert found == pytest.approx(sum(nats) / len(nats), abs=1e-5)


def test_a_gap_is_the_same_at_every_length():
    found = gaps.at_the_end(IMAGES, STARTS, STARTS, random.Random(0))
    assert found
    for gap in found:
        assert len(gap.ids) == gaps.REACHED[-1]
        for length in gaps.REACHED:
            cut = gaps.cut(gap, length)
            assert len(cut.ids) == length and cut.ids[cut.place] == MASK and cut.word == gap.word
            assert cut.ids == gap.ids[-length:]


def test_shuffling_keeps_words_whole_and_finds_the_hidden_one():
    for before, after in gaps.in_captions(IMAGES, STARTS, STARTS, random.Random(0)):
        assert sorted(before.ids) == sorted(after.ids) and after.ids[after.place] == MASK
        groups = {tuple(group) for group in words.words(before.ids, STARTS | {MASK})}
        assert {tuple(group) for group in words.words(after.ids, STARTS | {MASK})} == groups


def test_answers_do_not_depend_on_their_batch(model, monkeypatch):
    found = gaps.at_the_end(IMAGES, STARTS, STARTS, random.Random(0))
    mixed = [*found, *(gaps.cut(gap, 8) for gap in found)]
    many = gaps.asked(model.schemes["rotary"], mixed)
    monkeypatch.setattr(gaps, "BATCH", 1)
    for (nats, best), (other, same) in zip(many, gaps.asked(model.schemes["rotary"], mixed), strict=True):
        assert nats == pytest.approx(other, abs=1e-4) and best == same


def test_errors_are_of_images_and_not_of_gaps():
    asked = [gaps.Gap([], 0, 0, image) for image in (0, 0, 1, 2)]
    assert figures.by_image(asked, [1.0, 0.0, 1.0, 0.0]) == [0.5, 1.0, 0.0]
    middle, error = figures.mean([0.5, 1.0, 0.0])
    assert (middle, error) == (0.5, pytest.approx(0.5 / 3**0.5, abs=1e-4))


def test_figures_end_where_learned_positions_end_and_make_a_card(model, tmp_path):
    class Words:
        def get_vocab(self):
            return {f"▁{'a' * i}" if i in STARTS else "b" * i: i for i in range(RESERVED, 400)}

    test = figures.taken(model, Captions(IMAGES, {}), Words())
    reached = {scheme: points[-1]["length"] for scheme, points in test["by_length"].items()}
    assert reached.pop("learned") == windows.LONGEST and set(reached.values()) == {gaps.REACHED[-1]}
    assert test["beyond"].keys() == set(SCHEMES) - {"learned"}
    assert test["shuffled"]["none"]["another_answer"] == test["shuffled"]["none"]["lost"] == 0
    (tmp_path / "model.safetensors").write_bytes(b"")
    run = {"tokens": 1, "steps": 1, "seconds": 1.0}
    made = card(tmp_path, {"training": dict.fromkeys(SCHEMES, run), "parameters": {}, "test": test})
    assert "cannot" in made and all(f"| {scheme} |" in made for scheme in SCHEMES)


SHIPPED = scratch.ASSETS / "positions"


@pytest.mark.skipif(not (SHIPPED / "README.md").is_file(), reason="not trained yet")
def test_the_shipped_card_is_made_of_the_figures_and_all_saw_as_much():

    found = json.loads((SHIPPED / "figures.json").read_text(encoding="utf-8"))
    assert (SHIPPED / "README.md").read_text(encoding="utf-8") == card(SHIPPED, found)
    assert {
        command.BUDGET <= run["tokens"] < command.BUDGET + 1_000 for run in found["training"].values()
    } == {True}
    made, _ = figures.load(SHIPPED)
    counted = {
        scheme: sum(p.numel() for p in encoder.parameters()) for scheme, encoder in made.schemes.items()
    }
    assert counted == found["parameters"]
