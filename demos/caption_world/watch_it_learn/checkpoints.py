"""The checkpoints that were kept along a training: copies of the trained model with earlier weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from demos.models.bundled import checked_file
from demos.models.catalog import checkpoint
from demos.models.int8_rows import load_rows
from demos.models.reweighted import with_weights
from demos.models.specs import Loaded

EARLIER = (0, 2, 6, 20, 50)
"""Per cent of the tokens after which a checkpoint was kept; the shipped model has seen 100 %."""
MEASURES = {"bert": "masked_accuracy", "gpt2": "word_perplexity", "marian": "bleu_en_fr_beam_1"}
"""The figure by which each model's progress is told, as figures.json names it."""


@dataclass(frozen=True)
class Progress:
    """Of one checkpoint: tokens seen, and the figure on held-out captions."""

    percent: int
    tokens: int
    figure: float


def earlier(loaded: Loaded) -> tuple[Loaded, ...]:
    """The five earlier checkpoints of a leased model, about 6 MB each. They are read anew for every answer (a
    tenth of a second): kept, they would be memory that the cache of models does not know of."""
    entry = checkpoint(loaded.spec.checkpoint)
    paths = [checked_file(entry, f"steps/{percent}.safetensors") for percent in EARLIER]
    return tuple(with_weights(loaded, load_rows(path)) for path in paths)


def progress(loaded: Loaded) -> list[Progress]:
    """What was measured for each of the six checkpoints, from the model's figures.json."""
    figures = json.loads((Path(loaded.folder) / "figures.json").read_text(encoding="utf-8"))
    measure = MEASURES[loaded.spec.checkpoint.rpartition("-")[2]]
    measured = {step["percent"]: step[measure] for step in figures["steps"]}
    measured[100] = figures["val"][measure]
    seen = figures["training"]["tokens"]
    return [Progress(percent, round(seen * percent / 100), measured[percent]) for percent in (*EARLIER, 100)]
