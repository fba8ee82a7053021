"""The grid of rates and epochs: repeatable by seed, and its card says what was measured."""

from __future__ import annotations

import csv
import gzip
import json

import pytest

from demos.models.cache import shared_cache
from demos.models.catalog import ASSETS
from demos.models.int8_rows import load_rows
from training.forgetting import BASE, grid, kept_rate, read_captions, read_reviews

SHIPPED = ASSETS / "models" / "bert-tiny-mlm" / "film-reviews"


@pytest.fixture(scope="module")
def bert():
    with shared_cache().lease(BASE) as loaded:
        yield loaded


def test_a_small_grid_is_repeatable_by_seed(bert, tmp_path):
    with (tmp_path / "reviews.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label", "exp_split"])
        for number in range(48):
            split = ("dev", "test", "train", "train")[number % 4]
            rows.writerow([f"a {'good' if number % 3 else 'bad'} film {number}", int(number % 3 > 0), split])
    with gzip.open(tmp_path / "captions.gz", "wt") as file:
        file.write("A man is riding a bike down the street.\n\nTwo dogs play in the snow.\n" * 8)
    reviews = read_reviews(tmp_path / "reviews.csv", bert)
    assert (
        len(reviews["train"].rows) == 24
        and len(reviews["dev"].rows) == 12
        and set(reviews) == {"train", "dev"}
    )
    assert len(reviews["train"].every(3).labels) == 8
    captions = read_captions(tmp_path / "captions.gz", bert)
    assert len(captions) == 16
    one, other = (
        grid(bert, reviews, captions, (1e-4, 1e-2), (0, 1), 3, tmp_path / name) for name in ("one", "other")
    )
    assert one["runs"] == other["runs"] and len(one["runs"]) == 4
    assert (
        one["runs"][0]["reviews"] != one["runs"][2]["reviews"]
        or one["runs"][0]["loss"] != one["runs"][2]["loss"]
    )
    written = json.loads((tmp_path / "one" / "figures.json").read_text())
    assert written == one
    weights = [load_rows(tmp_path / name / "weights.safetensors") for name in ("one", "other")]
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])


def test_kept_is_the_smallest_rate_that_is_nearly_best():
    runs = [
        {"rate": rate, "reviews": [0.5, 0.5, 0.5, reached]}
        for rate, reached in ((0.001, 0.80), (0.0001, 0.795), (0.01, 0.7), (0.00001, 0.6))
    ]
    assert kept_rate(runs) == 0.0001


def test_the_card_says_what_was_measured():
    figures, card = json.loads((SHIPPED / "figures.json").read_text()), (SHIPPED / "README.md").read_text()
    for rate in {run["rate"] for run in figures["runs"]}:
        rows = [run for run in figures["runs"] if run["rate"] == rate]
        means = [sum(run[what][3] for run in rows) / len(rows) for what in ("reviews", "gaps")]
        assert f"| {rate:g} | {means[0]:.1%} | {means[1]:.1%} |" in card
    assert f"{figures['kept']['rate']:g} with seed {figures['kept']['seed']}" in card
