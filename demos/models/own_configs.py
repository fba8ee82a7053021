"""The configurations of our own architectures, which transformers lacks; reading one needs no torch."""

from __future__ import annotations

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig


@strict
class ElmoConfig(PreTrainedConfig):
    """`hidden_size` is the width of embeddings and states, `cell_size` that of the LSTMs' cells; a wider cell
    is projected onto its state."""

    model_type = "elmo"

    vocab_size: int = 5000
    hidden_size: int = 128
    cell_size: int = 256
    num_hidden_layers: int = 2
    dropout: float = 0.1
    initializer_range: float = 0.02
    pad_token_id: int | None = None


@strict
class TransformerXLConfig(PreTrainedConfig):
    """`segment_length` and `memory_length` in tokens; no memory length means the segment's."""

    model_type = "transformer-xl"

    vocab_size: int = 5000
    hidden_size: int = 128
    intermediate_size: int = 512
    num_hidden_layers: int = 4
    num_attention_heads: int = 4
    segment_length: int = 32
    memory_length: int | None = None
    dropout: float = 0.1
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-5
    pad_token_id: int | None = None

    @property
    def remembered(self) -> int:
        """Tokens that the memory holds."""
        return self.segment_length if self.memory_length is None else self.memory_length


@strict
class PositionsConfig(PreTrainedConfig):
    """`trained_length` is the longest input in training, in tokens, and the length of the learned table;
    `max_distance` and `buckets` are those of T5's relative bias."""

    model_type = "positions"

    vocab_size: int = 5000
    hidden_size: int = 64
    intermediate_size: int = 256
    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    trained_length: int = 24
    buckets: int = 32
    max_distance: int = 16
    layer_norm_eps: float = 1e-5
    pad_token_id: int | None = None


def register() -> None:
    """Tells `AutoConfig` which `model_type`s are ours; doing so twice changes nothing."""
    for kind in (ElmoConfig, TransformerXLConfig, PositionsConfig):
        AutoConfig.register(kind.model_type, kind, exist_ok=True)
