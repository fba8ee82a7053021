"""The figures on a model's card, measured when it was trained: assets/models/caption-world/*/figures.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS


@cache
def figures_of(name: str) -> Mapping[str, Any]:
    """All of an architecture's figures: "training" says what the run took, "val" and "test" what it gave."""
    path = ASSETS / "models" / "caption-world" / name / "figures.json"
    return json.loads(path.read_text(encoding="utf-8"))


def on_test(name: str) -> Mapping[str, float]:
    """The figures on the held-out captions that were looked at once."""
    return figures_of(name).get("test", {})
