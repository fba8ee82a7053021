"""Texts that one model writes at the same time share its passes.

A pass over one token has to fetch all the weights, and fetching them is what takes the time: a pass over a
token of each of sixteen texts takes less than three times as long (SmolLM2 on two cores). So whoever needs a
token computes the next one of all texts, and the others find theirs. A text alone is written exactly as by
the model's own `generate`; beside others its probabilities are rounded otherwise, in the sixth digit.
"""

from __future__ import annotations

import inspect
import os
import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from demos.budget import spend
from demos.models.specs import Loaded
from demos.nlp.decoding import Decoding, NewToken, end_ids

AHEAD = 4
"""Tokens of a text that nobody has read yet; with so many it misses the passes until its reader returns."""
SHORT = 512
"""Tokens up to which all texts are of one length; above, only texts within a power of two share passes, since
a pass holds the keys and values of each as if it were as long as the longest."""

NEEDED = {"input_ids", "attention_mask", "position_ids", "past_key_values", "logits_to_keep"}
# What a generation configuration may hold without changing how tokens are chosen here.
HARMLESS = {
    *("bos_token_id", "eos_token_id", "pad_token_id", "max_length", "max_new_tokens", "use_cache"),
    *("do_sample", "temperature", "top_p", "top_k", "transformers_version", "_from_model_config"),
    *("output_attentions", "output_hidden_states", "output_scores", "output_logits"),
}


def may_share(loaded: Loaded, batch: Any) -> bool:
    """Whether `batch` is one text, for a model on the processor that keeps plain keys and values of tokens
    whose positions it can be told, and that chooses tokens in no way of its own."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    model, mask = loaded.model, batch.get("attention_mask")
    return (
        set(batch) <= {"input_ids", "attention_mask"}
        and batch["input_ids"].shape[0] == 1
        and (mask is None or bool(mask.all()))
        and not model.config.is_encoder_decoder
        and model.device.type == "cpu"
        and set(inspect.signature(model.forward).parameters) >= NEEDED
        and set(model.generation_config.to_diff_dict()) <= HARMLESS
        and all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)
    )


def write_together(loaded: Loaded, batch: Any, decoding: Decoding) -> Generator[NewToken]:
    """Yields the tokens that continue `batch` ["input_ids": 1, tokens], with those of other texts; closing
    the iterator ends the text."""
    ids = batch["input_ids"][0].tolist()
    text = _Text(ids, decoding.max_new_tokens, end_ids(loaded), _chooser(decoding))
    texts = _texts_of(loaded.model, len(ids) + decoding.max_new_tokens)
    try:
        while text.ready or not text.is_written:
            if not text.ready:
                texts.advance(loaded.model, text)
            yield text.ready.popleft()
    finally:
        text.left = 0
        texts.clear()


@dataclass(eq=False)
class _Text:
    """ids: the prompt and what was written; left: tokens that may follow; ready: those not read yet."""

    ids: list[int]
    left: int
    ends: set[int]
    choose: Callable[[Any], NewToken]
    ready: deque[NewToken] = field(default_factory=deque)

    @property
    def is_written(self) -> bool:
        return self.left <= 0

    def take(self, logits: Any) -> None:
        """Writes the next token, by its logits [vocabulary]."""
        token = self.choose(logits)
        self.ids.append(token.id)
        self.left = 0 if token.id in self.ends else self.left - 1
        self.ready.append(token)


class _Texts:
    """Texts of one model. Those in `rows` have their keys and values in `cache`, padded on the left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def advance(self, model: Any, text: _Text) -> None:
        """Gives a text its next token, unless another's pass has just done so."""
        import torch

        with self._lock, torch.inference_mode():
            if text.ready or text.is_written:
                return
            spend()  # raises before anything has changed
            try:
                if text in self.rows:
                    self._pass(model)
                else:
                    self._join(model, text)
            except BaseException:  # keys and values may be of half a pass
                self._forget()
                raise

    def clear(self) -> None:
        """Frees the keys and values if no text is being written."""
        with self._lock:
            if all(row.is_written for row in self.rows):
                self._forget()

    def _forget(self) -> None:
        """Drops keys and values; each text's are computed again when it needs its next token."""
        self.rows: list[_Text] = []
        self.cache: Any = None
        self.mask: Any = None  # [rows, tokens], 0 for padding

    def _pass(self, model: Any) -> None:
        """Computes the next token of all texts, but for those that ended or whose readers are behind."""
        import torch

        self._keep([i for i, row in enumerate(self.rows) if not row.is_written and len(row.ready) < AHEAD])
        ids = torch.tensor([[row.ids[-1]] for row in self.rows])
        self.mask = torch.cat([self.mask, self.mask.new_ones(len(self.rows), 1)], 1)
        positions = self.mask.sum(1, keepdim=True) - 1
        found = self._logits(model, ids, self.mask, self.cache, positions)
        for row, logits in zip(self.rows, found, strict=True):
            row.take(logits)

    def _join(self, model: Any, text: _Text) -> None:
        """Computes the token of a text by its own pass, and takes its keys and values in."""
        import torch
        from transformers.cache_utils import DynamicCache

        cache = DynamicCache(config=model.config)
        ids = torch.tensor([text.ids])
        mask = torch.ones_like(ids)
        (logits,) = self._logits(model, ids, mask, cache, mask.cumsum(1) - 1)
        self._keep([i for i, row in enumerate(self.rows) if not row.is_written])
        if self.rows:
            self.mask = _stacked(self.mask, mask, 1)
            for kept, new in zip(self.cache.layers, cache.layers, strict=True):
                kept.keys = _stacked(kept.keys, new.keys, 2)
                kept.values = _stacked(kept.values, new.values, 2)
        else:
            self.cache, self.mask = cache, mask
        self.rows.append(text)
        text.take(logits)

    def _keep(self, kept: list[int]) -> None:
        """Lets go of the other rows, and of the columns that are padding in all that stay."""
        if len(kept) == len(self.rows):
            return
        if not kept:
            self._forget()
            return
        self.rows = [self.rows[i] for i in kept]
        mask = self.mask[kept]
        begin = int(mask.any(0).int().argmax())
        self.mask = mask[:, begin:]
        for layer in self.cache.layers:
            layer.keys = layer.keys[kept, :, begin:]
            layer.values = layer.values[kept, :, begin:]

    def _logits(self, model: Any, ids: Any, mask: Any, cache: Any, positions: Any) -> Any:
        """The logits [texts, vocabulary] of what follows `ids` [texts, tokens]."""
        return (
            model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            .logits[:, -1]
            .float()
        )


def _stacked(kept: Any, new: Any, tokens: int) -> Any:
    """Rows of two tensors, the shorter one padded in front along its dimension `tokens`."""
    import torch

    length = max(kept.shape[tokens], new.shape[tokens])

    def padded(rows: Any) -> Any:
        shape = list(rows.shape)
        shape[tokens] = length - shape[tokens]
        return torch.cat([rows.new_zeros(shape), rows], tokens)

    return torch.cat([padded(kept), padded(new)])


def _chooser(decoding: Decoding) -> Callable[[Any], NewToken]:
    """Chooses from logits as `generate` does with this seed, whatever other texts draw meanwhile."""
    import torch
    from transformers.generation.logits_process import TemperatureLogitsWarper, TopPLogitsWarper

    generator = torch.Generator().manual_seed(decoding.seed)
    warpers: list[Callable[..., Any]] = []
    if decoding.temperature not in (0, 1):
        warpers.append(TemperatureLogitsWarper(decoding.temperature))
    if decoding.top_p < 1:
        warpers.append(TopPLogitsWarper(decoding.top_p))

    def choose(logits: Any) -> NewToken:
        if decoding.temperature == 0:
            token = int(logits.argmax())
        else:
            scores = logits[None]
            for warp in warpers:
                scores = warp(None, scores)
            token = int(torch.multinomial(scores.softmax(-1), 1, generator=generator))
        return NewToken(token, logits.softmax(-1)[token].item())

    return choose


_all_texts: WeakKeyDictionary[Any, dict[int, _Texts]] = WeakKeyDictionary()
_finding = threading.Lock()


def _texts_of(model: Any, length: int) -> _Texts:
    """The texts of a model that may share passes with one that becomes so long, in tokens."""
    with _finding:
        return _all_texts.setdefault(model, {}).setdefault(
            max(SHORT, 1 << (length - 1).bit_length()), _Texts()
        )


def _new_process() -> None:
    """Gives a forked process locks and texts of its own: nobody would release those that a thread held."""
    global _all_texts, _finding
    _all_texts, _finding = WeakKeyDictionary(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_process)
