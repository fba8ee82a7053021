"""Measurements of the shipped classifiers: figures from training, and aggregates over SST."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS

TRANSFORMER = "minilm-sentiment"


@cache
def trained() -> Mapping[str, Any]:
    """F1, accuracy and distances of every BiLSTM and average model, by name."""
    return _read("debate/figures.json")


@cache
def transformer() -> Mapping[str, Any]:
    """The same for the transformer: its seeds, and the one trained with uniform attention."""
    return _read(f"{TRANSFORMER}/figures.json")


@cache
def aggregates() -> Mapping[str, Any]:
    """The measures of the demo over many texts, on SST's test and dev sentences, by checkpoint.

    Made by training/debate_aggregates.py.
    """
    return _read("debate/aggregates.json")


def metric(checkpoint: str, name: str, split: str = "test") -> Mapping[str, float]:
    """One measure: mean, std, count and so on."""
    return next(row for row in aggregates()[checkpoint][split]["measures"] if row["name"] == name)


def spread(found: Mapping[str, float]) -> str:
    """Mean and standard deviation of a measure, in words."""
    mean = f"{found['mean']:.2f}".replace("-0.00", "0.00")
    return f"{mean} ± {found['std']:.2f}"


def f1(model: str) -> float:
    """F1 of the positive class on SST's test sentences."""
    return trained()[model]["test"]["f1"]


def _read(path: str) -> Mapping[str, Any]:
    return json.loads((ASSETS / "models" / path).read_text(encoding="utf-8"))
