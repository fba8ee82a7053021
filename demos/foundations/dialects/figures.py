"""How near fairseq2's own layers come, over all layers that the page has: assets/figures/fairseq2.json.

Written by training/measure_fairseq2.py, which defines the differences.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS
from demos.plain import from_plain

PATH = ASSETS / "figures" / "fairseq2.json"


@dataclass(frozen=True)
class Parity:
    """Of one layer: the largest absolute difference of fairseq2's output from transformers', over `numbers`
    numbers of which the largest is `largest`. float32_softmax: with fairseq2's attention in Python;
    default_epsilon: with norms whose epsilon is 1e-5."""

    layer: str
    number: int
    numbers: int
    largest: float
    difference: float
    float32_softmax: float
    default_epsilon: float


@dataclass(frozen=True)
class Measured:
    """One run: by which command, when, on which sentence; versions of fairseq2's environment, and of the one
    that the expected outputs are from."""

    made_by: str
    date: str
    sentence: str
    versions: dict[str, str]
    reference: dict[str, str]
    layers: tuple[Parity, ...]


@cache
def measured() -> Measured:
    """What the script wrote."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return from_plain(Measured, found)
