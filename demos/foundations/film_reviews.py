"""BERT-tiny after fine-tuning on film reviews, and what was measured on the way: training/forgetting.py."""

from __future__ import annotations

import json
import threading
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from demos.models.catalog import ASSETS, checkpoint
from demos.models.specs import Loaded

BASE = "bert-tiny-mlm"
FOLDER = "film-reviews"

_copies: WeakKeyDictionary[Loaded, Loaded] = WeakKeyDictionary()
_lock = threading.Lock()


def fine_tuned(loaded: Loaded) -> Loaded | None:
    """The leased model after film reviews, with its old head; None for a model of which there is no such
    file. It is kept in memory for as long as the model itself."""
    if loaded.spec.checkpoint != BASE:
        return None
    from demos.models.bundled import checked_file
    from demos.models.int8_rows import load_rows
    from demos.models.reweighted import with_weights

    with _lock:
        if loaded not in _copies:
            path = checked_file(checkpoint(BASE), f"{FOLDER}/weights.safetensors")
            _copies[loaded] = with_weights(loaded, load_rows(path))
        return _copies[loaded]


@cache
def figures() -> dict[str, Any]:
    """What the script measured: see `training.forgetting.grid`."""
    path = ASSETS / "models" / BASE / FOLDER / "figures.json"
    return json.loads(path.read_text(encoding="utf-8"))
