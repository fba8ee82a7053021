"""Results as what assets/js/caption_world draws, with their headlines."""

from __future__ import annotations

import math
from typing import Any

from demos.caption_world.watch_it_learn.compute import MASK
from demos.caption_world.watch_it_learn.headline import learned, watched
from demos.caption_world.watch_it_learn.schemas import TrainInputs, TrainResult, WatchInputs, WatchResult
from demos.contract import to_plain

KINDS = {"masked accuracy": "fill", "word perplexity": "continue", "BLEU": "translate"}


def watch(inputs: WatchInputs, result: WatchResult) -> dict[str, Any]:
    """Everything that the slider moves."""
    shown = to_plain(result) | {"kind": "watch", "headline": watched(inputs, result)}
    return shown | {"task": KINDS[result.measure], "mask": MASK}


def train(inputs: TrainInputs, result: TrainResult, stopped: bool = False) -> dict[str, Any]:
    """The training so far; `uniform` is the loss of a guess among all characters."""
    shown = to_plain(result) | {"kind": "train", "headline": learned(inputs, result)}
    return shown | {
        "uniform": math.log(max(1, result.characters)),
        "total": inputs.seconds,
        "stopped": stopped,
    }
