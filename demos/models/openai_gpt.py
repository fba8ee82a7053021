"""OpenAI GPT, made to follow transformers' attention interface, as others do by themselves."""

from __future__ import annotations

from typing import Any

import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.models.openai.modeling_openai import Attention

from demos.models.recording import RECORDABLE, attention_weights

HIDDEN = -1e4
"""What a later position adds to a score, in OpenAI's code."""


class RecordableAttention(Attention):
    """The same weights and results, by whatever attention function is registered as recordable."""

    is_causal = False  # the mask says who sees whom

    def _attn(
        self,
        q: torch.Tensor,
        k: torch.Tensor,
        v: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        output_attentions: bool = False,
    ) -> list[torch.Tensor]:
        """The heads' outputs [b, h, n, d], then weights [b, h, n, n] if asked; k is [b, h, d, n]."""
        key, scaling = k.transpose(2, 3), v.shape[-1] ** -0.5
        n = q.shape[2]
        mask = HIDDEN * (1 - self.bias[:, :, :n, :n]).to(q.dtype)
        if attention_mask is not None:
            mask = mask + attention_mask
        output, weights = ALL_ATTENTION_FUNCTIONS[RECORDABLE](self, q, key, v, mask, scaling=scaling)
        heads = output.transpose(1, 2)
        if not output_attentions:
            return [heads]
        return [heads, attention_weights(q, key, mask, scaling) if weights is None else weights]


def follow_interface(model: Any) -> None:
    """Makes every attention module of a GPT recordable, in place."""
    for module in model.modules():
        if type(module) is Attention:
            module.__class__ = RecordableAttention
