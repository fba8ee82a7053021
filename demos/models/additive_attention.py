"""The classifier of the debate: an encoder, additive attention, one sigmoid.

Jain & Wallace 2019 (arXiv:1902.10186), section 2: embedding -> encoder -> attention alpha = softmax(v .
tanh(W h + b)) -> context sum_i alpha_i h_i -> linear -> sigmoid. The encoder is a bidirectional LSTM, or, as
their control, tanh(linear(embedding)), which sees no context ("average"). The sequence starts and ends with a
marker that the encoder reads and the attention ignores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

PAD, UNKNOWN, START, END = range(4)
HIDDEN = 128

EncoderKind = Literal["bilstm", "average"]


@dataclass(frozen=True, eq=False)
class Encoded:
    """States h [b, n, 2 * HIDDEN], and a mask of which of the n positions are words [b, n]."""

    states: torch.Tensor
    words: torch.Tensor


class AttentionClassifier(nn.Module):
    """Gives one logit per sentence, and attention weights over its words."""

    def __init__(self, encoder: EncoderKind, embedding: nn.Embedding) -> None:
        super().__init__()
        self.embedding = embedding
        width, states = embedding.embedding_dim, 2 * HIDDEN
        if encoder == "bilstm":
            self.encoder: nn.Module = nn.LSTM(width, HIDDEN, bidirectional=True, batch_first=True)
        else:
            self.encoder = nn.Linear(width, states)
        self.projection = nn.Linear(states, states // 2)  # W, b
        self.vector = nn.Linear(states // 2, 1, bias=False)  # v
        self.output = nn.Linear(states, 1)

    def encode(self, ids: torch.Tensor) -> Encoded:
        """Encodes ids [b, n], padded with PAD at the end."""
        return self.encode_embedded(self.embedding(ids), ids)

    def encode_embedded(self, embedded: torch.Tensor, ids: torch.Tensor) -> Encoded:
        """Encodes embeddings [b, n, width]; gradients with respect to words start here."""
        words = ids > END
        words |= ids == UNKNOWN
        if isinstance(self.encoder, nn.Linear):
            return Encoded(self.encoder(embedded).tanh(), words)
        lengths = (ids != PAD).sum(1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.encoder(packed)[0], batch_first=True, total_length=ids.shape[1]
        )
        return Encoded(states, words)

    def attend(self, encoded: Encoded) -> torch.Tensor:
        """The model's own attention [b, n]: rows sum to 1, and markers and padding get 0."""
        scores = self.vector(self.projection(encoded.states).tanh()).squeeze(-1)
        weights = scores.masked_fill(~encoded.words, float("-inf")).softmax(-1)
        return weights.nan_to_num(0.0)  # a sentence without words has nothing to attend to

    def classify(self, encoded: Encoded, attention: torch.Tensor) -> torch.Tensor:
        """Logits [..., b] under any attention [..., b, n]; extra leading dimensions are variants."""
        context = torch.einsum("...bn,bnh->...bh", attention, encoded.states)
        return self.output(context).squeeze(-1)

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [b] and attention [b, n] of ids [b, n]."""
        encoded = self.encode(ids)
        attention = self.attend(encoded)
        return self.classify(encoded, attention), attention


def pad(sentences: Sequence[Sequence[int]]) -> torch.Tensor:
    """Word ids of sentences as one [b, n], each between START and END."""
    longest = max(map(len, sentences)) + 2
    rows = [[START, *ids, END] + [PAD] * (longest - 2 - len(ids)) for ids in sentences]
    return torch.tensor(rows)
