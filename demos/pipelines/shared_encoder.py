"""One encoder, many heads: what multi-task learning shares at the time of use (Liu et al. 2019, MT-DNN).

MiniLM with one adapter carries four linear heads (arXiv:1901.11504, section 3, without the paper's larger
head for pairs): sentiment and entailment classify [CLS], relatedness is a regression on it, entities
classify every token. The base runs once for each distinct input, however many heads read it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import BertConfig, BertModel, BertPreTrainedModel

from demos.models.specs import Origin
from demos.pipelines.spans import Entity, encoded, entities, tagged

SINGLE, PAIR = ("sentiment", "entities"), ("entailment", "relatedness")


@dataclass(frozen=True)
class Prediction:
    """What the heads say. `sentiment` and `entailment` are probabilities by class; `relatedness` is between
    1 (unrelated) and 5 (equivalent), the last two only of a pair; `names` are found in the first text.
    `forward_passes` counts how often the base really ran."""

    sentiment: Mapping[str, float]
    names: tuple[Entity, ...]
    entailment: Mapping[str, float] | None
    relatedness: float | None
    forward_passes: int
    origin: Origin


class SharedEncoder(BertPreTrainedModel):
    """A BERT encoder and a linear layer for every entry of `config.stage_heads`, its classes by name; a
    head with one class is a regression."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.heads = nn.ModuleDict(
            {
                name: nn.Linear(config.hidden_size, len(classes))
                for name, classes in config.stage_heads.items()
            }
        )
        self.post_init()

    @classmethod
    def from_config(cls, config: BertConfig, **options: Any) -> SharedEncoder:
        """A model without weights, in the way of transformers' Auto classes."""
        return cls._from_config(config, **options)

    def encode(self, **batch: torch.Tensor) -> torch.Tensor:
        """Hidden states [b, t, width] of the last layer: the one run of the base."""
        return self.bert(**batch).last_hidden_state

    def read(self, head: str, states: torch.Tensor) -> torch.Tensor:
        """What a head says of encoded texts: entities [b, t, tags], others [b, classes] from [CLS]."""
        states = self.dropout(states)
        return self.heads[head](states if head == "entities" else states[:, 0])

    def forward(self, heads: Sequence[str], **batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """What each of `heads` says of the texts, all from one run of the base."""
        states = self.encode(**batch)
        return {head: self.read(head, states) for head in heads}


def predict(loaded: Any, text: str, second: str | None = None) -> Prediction:
    """What all heads say of a text and, with a `second`, of the pair. Raises BadInput for texts that no
    model can read or that are longer than this one reads."""
    alone, offsets = encoded(loaded, text)
    pair = encoded(loaded, text, second)[0] if second is not None else None
    model = loaded.model
    with torch.inference_mode(), counted(model.bert) as passes:
        said = model(SINGLE, **alone)
        of_pair = model(PAIR, **pair) if pair else {}
    tags = model.config.stage_heads["entities"]
    return Prediction(
        sentiment=_probabilities(model, "sentiment", said["sentiment"][0]),
        names=entities(tagged(loaded, alone, offsets, said["entities"][0], tags)),
        entailment=_probabilities(model, "entailment", of_pair["entailment"][0]) if pair else None,
        relatedness=min(5.0, max(1.0, of_pair["relatedness"].item())) if pair else None,
        forward_passes=len(passes),
        origin=loaded.origin,
    )


@contextmanager
def counted(module: nn.Module) -> Iterator[list[int]]:
    """A list that grows by one whenever this thread runs `module`; other visitors' runs are not counted."""
    mine, runs = threading.get_ident(), list[int]()

    def count(*_: Any) -> None:
        if threading.get_ident() == mine:
            runs.append(len(runs) + 1)

    handle = module.register_forward_hook(count)
    try:
        yield runs
    finally:
        handle.remove()


def _probabilities(model: SharedEncoder, head: str, logits: torch.Tensor) -> dict[str, float]:
    return dict(zip(model.config.stage_heads[head], logits.softmax(-1).tolist(), strict=True))
