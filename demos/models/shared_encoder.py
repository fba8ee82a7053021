"""One encoder, many heads: multi-task learning (Liu et al. 2019, MT-DNN, arXiv:1901.11504).

Every head is a linear layer, without the paper's larger head for pairs (section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from transformers import BertConfig, BertModel, BertPreTrainedModel


class SharedEncoder(BertPreTrainedModel):
    """A BERT encoder with one linear layer for each entry of `config.stage_heads`, which maps a head's name
    to its classes; a head with one class is a regression."""

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
        """A model without weights, made as transformers' Auto classes make one."""
        return cls._from_config(config, **options)

    def encode(self, **batch: torch.Tensor) -> torch.Tensor:
        """Hidden states [b, t, width] of the last layer, from the only run of the base."""
        return self.bert(**batch).last_hidden_state

    def read(self, head: str, states: torch.Tensor) -> torch.Tensor:
        """A head's output for encoded texts: entities [b, t, tags], others [b, classes] from [CLS]."""
        states = self.dropout(states)
        return self.heads[head](states if head == "entities" else states[:, 0])

    def forward(self, heads: Sequence[str], **batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """The output of each of `heads` for the texts, all from one run of the base."""
        states = self.encode(**batch)
        return {head: self.read(head, states) for head in heads}
