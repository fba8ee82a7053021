"""BERT-tiny after fine-tuning on film reviews, and what was measured on the way: training/forgetting.py."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from demos.models.catalog import ASSETS, checkpoint
from demos.models.specs import Loaded

BASE = "bert-tiny-mlm"
FOLDER = "film-reviews"


def fine_tuned(loaded: Loaded) -> Loaded | None:
    """The leased model after film reviews, with its old head; None for a model of which there is no such
    file. It is read anew for every answer: kept, it would be memory that the cache of models does not know
    of."""
    if loaded.spec.checkpoint != BASE:
        return None
    from demos.models.bundled import checked_file
    from demos.models.int8_rows import load_rows
    from demos.models.reweighted import with_weights

    path = checked_file(checkpoint(BASE), f"{FOLDER}/weights.safetensors")
    return with_weights(loaded, load_rows(path))


@cache
def figures() -> dict[str, Any]:
    """What the script measured: see `training.forgetting.grid`."""
    path = ASSETS / "models" / BASE / FOLDER / "figures.json"
    return json.loads(path.read_text(encoding="utf-8"))
