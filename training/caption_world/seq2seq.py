"""What the encoder-decoders share: the loss of each token that is to be written, after all before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from training import scratch
from training.caption_world.loop import IGNORED, Row
from training.caption_world.tokenizer import END, LONGEST, PAD, SIZE

LAYERS = 3
SHAPE: dict[str, Any] = {
    "vocab_size": SIZE,
    "d_model": 128,
    "encoder_layers": LAYERS,
    "decoder_layers": LAYERS,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 512,
    "decoder_ffn_dim": 512,
    "max_position_embeddings": LONGEST,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "scale_embedding": True,
    "pad_token_id": PAD,
    "eos_token_id": END,
    "forced_eos_token_id": None,
}
"""What those of BART's family have in common."""


def loss(model: Any, batch: Sequence[Row], starts: Sequence[int], smoothing: float = 0.0) -> torch.Tensor:
    """Mean cross-entropy of the targets; `starts` are the decoder's first tokens, one for each row.

    Both sides are padded to a multiple of four, each to its own longest: few shapes and little padding.
    """
    source, target = (
        scratch.padded(rows, PAD, -(-max(map(len, rows)) // 4) * 4)
        for rows in ([row.ids for row in batch], [row.target for row in batch])
    )
    given = torch.cat([torch.tensor(starts)[:, None], target[:, :-1]], dim=1)
    with scratch.half():
        scores = model(
            input_ids=source, attention_mask=(source != PAD).long(), decoder_input_ids=given, use_cache=False
        ).logits
    return cross_entropy(
        scores.flatten(0, 1).float(),
        torch.where(target == PAD, IGNORED, target).flatten(),
        label_smoothing=smoothing if model.training else 0.0,
    )
