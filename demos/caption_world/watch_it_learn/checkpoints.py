"""The checkpoints that were kept along a training: copies of the trained model with earlier weights."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from demos.errors import ModelUnavailable
from demos.models.bundled import checked_file
from demos.models.catalog import checkpoint
from demos.models.int8_rows import load_rows
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


def with_weights(loaded: Loaded, weights: Mapping[str, torch.Tensor]) -> Loaded:
    """A copy of the model with other weights; raises ModelUnavailable if some of its own would stay."""
    model: Any = copy.deepcopy(loaded.model)
    own = dict(model.named_parameters(remove_duplicate=False))
    given = {own[name].data_ptr() for name in weights if name in own}
    if any(one.data_ptr() not in given for one in own.values()):
        raise ModelUnavailable(
            f"An earlier checkpoint of {loaded.origin.title} is not complete.",
            "Check out the repository again.",
        )
    model.load_state_dict(weights, strict=False)
    model.tie_weights()
    return replace(loaded, model=model.eval())


def progress(loaded: Loaded) -> list[Progress]:
    """What was measured for each of the six checkpoints, from the model's figures.json."""
    figures = json.loads((Path(loaded.folder) / "figures.json").read_text(encoding="utf-8"))
    measure = MEASURES[loaded.spec.checkpoint.rpartition("-")[2]]
    measured = {step["percent"]: step[measure] for step in figures["steps"]}
    measured[100] = figures["val"][measure]
    seen = figures["training"]["tokens"]
    return [Progress(percent, round(seen * percent / 100), measured[percent]) for percent in (*EARLIER, 100)]
