"""Texts through an encoder-decoder: what beam search writes, and how likely each written token was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.decoding import end_ids

LOGITS = 2**24
"""Scores held in memory at once while the written tokens are scored: 64 MB."""


@dataclass(frozen=True)
class Written:
    """ids: the written tokens, with the end token if there was one; logprobs: those of tokens that were not
    forced; ended: whether the model itself ended the text."""

    ids: list[int]
    logprobs: list[float]
    ended: bool


def beam_search(
    texts: Sequence[list[int]], loaded: Loaded, beams: int, most: int, begin_with: int | None = None
) -> list[Written]:
    """What the model writes for each text of token ids, in one padded batch, with transformers' `generate`.

    Writes at most `most` tokens each, the first of which is `begin_with` if that is given.
    """
    import torch

    tokenizer, model = loaded.tokenizer, loaded.model
    batch = tokenizer.pad({"input_ids": list(texts)}, return_tensors="pt", verbose=False)
    batch = {name: batch[name] for name in ("input_ids", "attention_mask")}
    with torch.inference_mode():
        rows = model.generate(
            **batch,
            num_beams=beams,
            do_sample=False,
            max_new_tokens=most,
            max_length=None,
            forced_bos_token_id=begin_with,
            forced_eos_token_id=None,  # a forced end would be indistinguishable from the model's own
        )
        at_once = max(1, LOGITS // (rows.shape[1] * model.config.vocab_size))
        logprobs: list[list[float]] = []
        for start in range(0, len(rows), at_once):
            part = {name: tensor[start : start + at_once] for name, tensor in batch.items()}
            logprobs += _logprobs(model, part, rows[start : start + at_once]).tolist()
    ends, forced = end_ids(loaded), 0 if begin_with is None else 1
    written = rows[:, 1:].tolist()
    return [_cut(ids, row, ends, forced) for ids, row in zip(written, logprobs, strict=True)]


def _logprobs(model: Any, batch: dict[str, Any], rows: Any) -> Any:
    """Log-probabilities [b, t] of the written tokens `rows` [b, 1 + t] after the start, in the model's dtype
    but no coarser than float32."""
    logits = at_least_single(model(**batch, decoder_input_ids=rows[:, :-1]).logits)
    return logits.gather(2, rows[:, 1:, None])[:, :, 0] - logits.logsumexp(-1)


def _cut(ids: list[int], logprobs: list[float], ends: set[int], forced: int) -> Written:
    """Cuts off what follows the first end token: the padding that aligns with the batch's longer texts."""
    last = next((place for place, token in enumerate(ids) if token in ends), None)
    size = len(ids) if last is None else last + 1
    return Written(ids[:size], logprobs[forced:size], last is not None)
