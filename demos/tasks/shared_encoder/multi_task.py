"""One run of an encoder for all heads that read the same input (Liu et al. 2019, MT-DNN).

Sentiment and names read one text, entailment and relatedness a pair. The base runs once for each distinct
input, however many heads read its output.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from demos.models.specs import Loaded, Model, Origin
from demos.nlp.classify import encode, refuse_longer
from demos.nlp.spans import Entity, entities
from demos.nlp.tagger import pieces, words
from demos.nlp.window import window
from demos.texts import check_text

SINGLE, PAIR = ("sentiment", "entities"), ("entailment", "relatedness")


@dataclass(frozen=True)
class Prediction:
    """The heads' output. `sentiment` and `entailment` are probabilities by class; `relatedness` is between 1
    (unrelated) and 5 (equivalent); the last two exist only for a pair. `names` are those in the first text.
    `forward_passes` counts the base's actual runs; `withheld` says why the model cannot read a text, or "";
    `warning` says which part of the texts was not read, or ""."""

    sentiment: Mapping[str, float]
    names: tuple[Entity, ...]
    entailment: Mapping[str, float] | None
    relatedness: float | None
    forward_passes: int
    withheld: str
    warning: str
    origin: Origin


def predict(loaded: Loaded, text: str, second: str | None = None) -> Prediction:
    """Runs all heads on a text and, if there is a `second`, on the pair. Raises BadInput for texts that no
    model can read or that are too long for this one."""
    model, tokens = loaded.model, pieces(text, loaded)
    asked, pair = encode(text, loaded), None
    alone, judged = {"input_ids": torch.tensor([asked.ids])}, [asked.judged]
    if second is not None:
        judged.append(encode(check_text(second, "second text"), loaded).judged)
        pair = loaded.tokenizer(text, second, return_tensors="pt", verbose=False)
        length = pair["input_ids"].shape[1]
        refuse_longer("The two texts together have", length, window(loaded), loaded)
    with torch.inference_mode(), counted(model.bert) as passes:
        said = model(SINGLE, **alone)
        of_pair = model(PAIR, **pair) if pair else {}
    tags = dict(enumerate(model.config.stage_heads["entities"]))
    scores = said["entities"][0, tokens.lead :].softmax(-1).numpy()[: len(tokens)]
    return Prediction(
        sentiment=_probabilities(model, "sentiment", said["sentiment"][0]),
        names=entities(words(text, tokens, scores, loaded.tokenizer, tags)),
        entailment=_probabilities(model, "entailment", of_pair["entailment"][0]) if pair else None,
        relatedness=min(5.0, max(1.0, of_pair["relatedness"].item())) if pair else None,
        forward_passes=len(passes),
        withheld=next((one.withheld for one in judged if one.withheld), ""),
        warning=" ".join(one.warning for one in judged if one.warning),
        origin=loaded.origin,
    )


@contextmanager
def counted(module: nn.Module) -> Iterator[list[int]]:
    """A list that grows by one whenever this thread runs `module`; other visitors' runs do not count."""
    mine, runs = threading.get_ident(), list[int]()

    def count(*_: Any) -> None:
        if threading.get_ident() == mine:
            runs.append(len(runs) + 1)

    handle = module.register_forward_hook(count)
    try:
        yield runs
    finally:
        handle.remove()


def _probabilities(model: Model, head: str, logits: torch.Tensor) -> dict[str, float]:
    return dict(zip(model.config.stage_heads[head], logits.softmax(-1).tolist(), strict=True))
