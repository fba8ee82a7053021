"""Texts through an encoder-decoder: what beam search writes, and how likely each token of it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.pipelines.decoding import end_ids


@dataclass(frozen=True)
class Written:
    """ids: of the written tokens, the end included if it came; logprobs: of those that were not forced;
    ended: whether the model ended the text itself."""

    ids: list[int]
    logprobs: list[float]
    ended: bool


def beam_search(
    texts: Sequence[list[int]], loaded: Any, beams: int, most: int, begin_with: int | None = None
) -> list[Written]:
    """What the model writes for each text of token ids, in one padded batch, by transformers' `generate`.

    At most `most` tokens each, the first of which is `begin_with` if that is given.
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
        )
        logits = model(**batch, decoder_input_ids=rows[:, :-1]).logits.float()
    new = rows[:, 1:]
    logprobs = logits.log_softmax(-1).gather(2, new[:, :, None])[:, :, 0].tolist()
    ends, forced = end_ids(loaded), 0 if begin_with is None else 1
    return [_cut(ids, row, ends, forced) for ids, row in zip(new.tolist(), logprobs, strict=True)]


def _cut(ids: list[int], logprobs: list[float], ends: set[int], forced: int) -> Written:
    """Without what stands behind the first end: the padding of the longer texts of the batch."""
    last = next((place for place, token in enumerate(ids) if token in ends), None)
    size = len(ids) if last is None else last + 1
    return Written(ids[:size], logprobs[forced:size], last is not None)
