"""What a model would write in a gap, from what it can see of the rest: one function for all architectures.

A masked language model sees both sides. A decoder sees the left side only. ELMo's two halves see one side
each and are put together afterwards. An encoder-decoder that mends text reads both sides with a mask in the
gap, and its decoder the true left side.
"""

from __future__ import annotations

from typing import Any

import torch


@torch.no_grad()
def gap_scores(
    model: Any, ids: torch.Tensor, seen: torch.Tensor, places: torch.Tensor, mask: int | None
) -> torch.Tensor:
    """Log-probabilities [b, vocabulary] of the token at `places` [b] in ids [b, n].

    ids hold the true tokens with those that the family puts around a text, and stand at no gap's first or
    last place; `seen` [b, n] is 0 at padding, on the right. `mask` is the mask token's id, None for families
    without one. What stands in the gap itself no model sees. ELMo's halves are multiplied and normalised:
    log p(w) = log p(w | left) + log p(w | right) - log Z, as if the sides were independent given w and all w
    alike.
    """
    rows = torch.arange(len(ids))
    hidden = ids.clone()
    if mask is not None:
        hidden[rows, places] = mask
    if model.config.is_encoder_decoder:
        start = torch.full((len(ids), 1), model.config.decoder_start_token_id)
        given = torch.cat([start, ids[:, :-1]], 1)  # at `places`, the decoder has read what stands before
        out = model(input_ids=hidden, attention_mask=seen, decoder_input_ids=given, use_cache=False)
        return out.logits[rows, places].log_softmax(-1)
    out = model(hidden, attention_mask=seen)
    if hasattr(out, "following"):
        return (out.following[rows, places - 1] + out.preceding[rows, places + 1]).log_softmax(-1)
    if mask is None:
        return out.logits[rows, places - 1].log_softmax(-1)
    scores = out.prediction_logits if hasattr(out, "prediction_logits") else out.logits
    return scores[rows, places].log_softmax(-1)
