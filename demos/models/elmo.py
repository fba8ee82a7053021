"""ELMo: two language models made of LSTMs, one in each direction, that meet only when both are finished.

Peters et al. 2018, "Deep contextualized word representations" (arXiv:1802.05365), section 3.1: both
directions share the embedding and the softmax, and nothing else. As there, a direction's second LSTM adds its
input to its output, and its cells may be wider than its states. Pieces of words take the place of the paper's
characters, and the softmax is the transposed embedding.

Where a text begins and ends: the tokenizer puts a marker in front, `<s>`, and one behind, `</s>`. The forward
model reads from `<s>` on and predicts the token after each one, the last of them `</s>`; the backward model
reads from `</s>` and predicts the token before each one, the last of them `<s>`. So both predict every word
once, from what stands on one side of it, and one marker.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel

from demos.models.own_configs import ElmoConfig

# PyTorch would say once that another of its kernels computes these LSTMs: neither wrong nor slow here.
warnings.filterwarnings("ignore", message="LSTM with projections is not supported with oneDNN")


@dataclass(frozen=True, eq=False)
class ElmoOutput:
    """What both directions make of ids [b, n].

    following [b, n, v]: at i, log-probabilities of token i + 1, from tokens 0 to i; preceding [b, n, v]: at
    i, those of token i - 1, from tokens i to the last. hidden_states: layer 0 is the embedding, both halves
    alike; each further one [b, n, 2 * width], forward half first. loss: the mean of both directions'
    cross-entropies in nats per predicted token, or None without labels.
    """

    following: torch.Tensor
    preceding: torch.Tensor
    hidden_states: tuple[torch.Tensor, ...]
    loss: torch.Tensor | None


class OneWay(nn.Module):
    """A stack of LSTMs that reads from the first position to the last."""

    def __init__(self, config: ElmoConfig) -> None:
        super().__init__()
        width, cells = config.hidden_size, config.cell_size
        projected = width if cells > width else 0
        self.layers = nn.ModuleList(
            nn.LSTM(width, cells, batch_first=True, proj_size=projected)
            for _ in range(config.num_hidden_layers)
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, states: torch.Tensor) -> list[torch.Tensor]:
        """The states of every layer, [b, n, width] each, from embeddings [b, n, width]."""
        every = []
        for number, layer in enumerate(self.layers):
            read = self.dropout(layer(states)[0])
            states = read + states if number else read
            every.append(states)
        return every


class ElmoModel(PreTrainedModel):
    """The bidirectional language model."""

    config_class = ElmoConfig
    base_model_prefix = "elmo"
    main_input_name = "input_ids"

    def __init__(self, config: ElmoConfig) -> None:
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size, config.pad_token_id)
        self.ahead = OneWay(config)
        self.back = OneWay(config)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.dropout = nn.Dropout(config.dropout)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        **ignored: Any,
    ) -> ElmoOutput:
        """Reads ids [b, n], padded at the end where `attention_mask` [b, n] is 0. `labels` [b, n] are the ids
        again, -100 where nothing is to be predicted."""
        embedded = self.embedding(input_ids)
        ahead, back = self.read(embedded, reversed_order(input_ids, attention_mask))
        following, preceding = self._log_probabilities(ahead[-1]), self._log_probabilities(back[-1])
        loss = None
        if labels is not None:
            before = labels[:, :-1]
            if attention_mask is not None:  # padding behind the end must not be asked what stands before it
                before = before.masked_fill(attention_mask[:, 1:] == 0, -100)
            loss = (_nll(following[:, :-1], labels[:, 1:]) + _nll(preceding[:, 1:], before)) / 2
        layers = [torch.cat(pair, -1) for pair in zip([embedded, *ahead], [embedded, *back], strict=True)]
        return ElmoOutput(following, preceding, tuple(layers), loss)

    def read(
        self, embedded: torch.Tensor, order: torch.Tensor
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Every layer's states [b, n, width] of both directions, from embeddings of that shape and the
        positions [b, n] that turn each text round."""
        order = order[..., None].expand_as(embedded)
        embedded = self.dropout(embedded)
        back = self.back(embedded.gather(1, order))
        return self.ahead(embedded), [states.gather(1, order) for states in back]

    def scores(self, states: torch.Tensor) -> torch.Tensor:
        """Scores [..., v] of the next token that way, from the states [..., width] of a last layer."""
        return functional.linear(states, self.embedding.weight, self.bias)

    def _log_probabilities(self, states: torch.Tensor) -> torch.Tensor:
        return self.scores(states).log_softmax(-1)


def reversed_order(ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """The positions [b, n] that turn each text round and leave its padding at the end; it undoes itself."""
    places = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
    lengths = ids.shape[1] if mask is None else mask.sum(1, keepdim=True)
    return torch.where(places < lengths, lengths - 1 - places, places)


def _nll(log_probabilities: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return functional.nll_loss(log_probabilities.flatten(0, 1), labels.flatten())
