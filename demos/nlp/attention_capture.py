"""Runs a model once and keeps the queries, keys and values of every attention module.

Attention weights grow with the square of the length and are cheap to recompute from queries and keys, so a
capture keeps only those: 512 tokens of a 30-layer model take 47 MB instead of 330 MB. torch is imported only
where it is needed, so that importing a demo stays cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.budget import spend
from demos.errors import BadInput, Unsupported
from demos.models.specs import Loaded
from demos.nlp.tokens import Token, describe
from demos.nlp.window import window
from demos.texts import check_text

if TYPE_CHECKING:
    import torch

    from demos.models.recording import RecordedAttention

    Inputs = dict[str, torch.Tensor]

MAX_TOKENS = 1024
"""Tokens that are shown, however many the model reads."""
MAX_WRITTEN = 128
"""Tokens that a model writes as its own target."""
MODEL_INPUTS = ("input_ids", "token_type_ids")


@dataclass(frozen=True, eq=False)
class Layer:
    """One attention layer, batch dimension dropped: h heads, g key/value heads, head width d.

    query [h, n, d]; key and value [g, m, d]; bias broadcastable to [h, n, m] or None. `module` is
    the name of the attention module in the model.
    """

    module: str
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    bias: torch.Tensor | None
    scaling: float

    def weights(self) -> torch.Tensor:
        """Attention weights [h, n, m]; every row sums to 1. Whoever loops over layers comes by here, so it
        is looked whether the computation may go on."""
        from demos.models.recording import attention_weights

        spend()
        bias = None if self.bias is None else self.bias[None]
        return attention_weights(self.query[None], self.key[None], bias, self.scaling)[0]

    def values_per_head(self) -> torch.Tensor:
        """Values [h, m, d], grouped value heads repeated."""
        from demos.models.recording import repeat_heads

        return repeat_heads(self.value[None], self.query.shape[0])[0]


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """All layers of one kind of attention: self, encoder, decoder or cross."""

    name: str
    queries: tuple[Token, ...]
    keys: tuple[Token, ...]
    layers: tuple[Layer, ...]
    causal: bool

    @property
    def heads(self) -> int:
        return self.layers[0].query.shape[0]

    @property
    def key_value_heads(self) -> int:
        return self.layers[0].key.shape[0]


@dataclass(frozen=True, eq=False)
class Capture:
    """The attention maps of one forward pass; `truncated` says where the text was too long, otherwise ""."""

    maps: tuple[AttentionMap, ...]
    truncated: str

    def map(self, name: str) -> AttentionMap:
        """The map called `name`; an empty name means the first."""
        for attention_map in self.maps:
            if name in ("", attention_map.name):
                return attention_map
        raise BadInput(
            f"This model has no {name!r} attention.",
            f"Choose one of: {', '.join(m.name for m in self.maps)}.",
        )


def capture(loaded: Loaded, text: str, text_pair: str = "", target: str = "") -> Capture:
    """Tokenizes, runs the model once while recording, and keeps the inputs of every attention module.

    `target` is what an encoder-decoder's decoder reads; if it is empty, the model writes it (greedily).
    Raises `BadInput` for texts that no model can read and `Unsupported` for architectures that do not route
    attention through transformers' attention interface.
    """
    import torch

    from demos.models.recording import record

    text_pair, target = text_pair.strip() and text_pair, target.strip() and target
    check_texts(text, text_pair, target)
    model = loaded.model
    inputs, tokens, truncated = encode(loaded, text, text_pair)
    if model.config.is_encoder_decoder:
        maps, more = _encoder_decoder_maps(loaded, inputs, tokens, target)
        truncated = " ".join(filter(None, (truncated, more)))
    else:
        with torch.inference_mode(), record() as records:
            model(**inputs)
        maps = (map_of("self", model, records, tokens, tokens),)
    return Capture(maps, truncated)


def check_texts(text: str, text_pair: str = "", target: str = "") -> None:
    """Raises `BadInput` for texts that no model can read; blank optional texts count as omitted."""
    check_text(text)
    for optional, name in ((text_pair, "second text"), (target, "target text")):
        if optional.strip():
            check_text(optional, name)


def _encoder_decoder_maps(
    loaded: Loaded, inputs: Inputs, tokens: tuple[Token, ...], target: str
) -> tuple[tuple[AttentionMap, ...], str]:
    import torch

    from demos.models.recording import record

    model = loaded.model
    with torch.inference_mode():
        with record() as encoder_records:
            encoded = model.get_encoder()(**inputs)
        target_ids, target_tokens, truncated = _target(loaded, inputs, target)
        with record() as decoder_records:
            model(encoder_outputs=encoded, decoder_input_ids=target_ids)
    return (
        map_of("encoder", model, encoder_records, tokens, tokens),
        map_of("decoder", model, decoder_records[::2], target_tokens, target_tokens),
        map_of("cross", model, decoder_records[1::2], target_tokens, tokens),
    ), truncated


def _target(loaded: Loaded, inputs: Inputs, target: str) -> tuple[torch.Tensor, tuple[Token, ...], str]:
    import torch

    model, tokenizer = loaded.model, loaded.tokenizer
    if target:
        target_inputs, tokens, truncated = encode(loaded, target, "", as_target=True)
        start = torch.tensor([[model.config.decoder_start_token_id]])
        # The decoder reads the target shifted by one: with the start token in front, without the last token.
        target_ids = torch.cat([start, target_inputs["input_ids"][:, :-1]], dim=1)
        tokens = tokens[:-1]
        return target_ids, _start(tokenizer, start[0].tolist()) + _shift_words(tokens), truncated
    if not hasattr(model, "lm_head"):
        raise BadInput("This model reads one text and writes another.", "Fill in the target text too.")
    most = min(MAX_WRITTEN, window(loaded) - 1)  # the decoder reads all of it again, its start in front
    target_ids = model.generate(**inputs, max_new_tokens=most, num_beams=1, do_sample=False)
    return target_ids, _describe_written(tokenizer, target_ids[0].tolist()), ""


def _describe_written(tokenizer: Any, ids: list[int]) -> tuple[Token, ...]:
    """Describes tokens that a model wrote; as if typed, with offsets and words, if the ids round-trip."""
    text = tokenizer.decode(ids, skip_special_tokens=True)
    again = tokenizer(text_target=text, verbose=False)
    encoding = again.encodings[0] if again.is_fast else None
    if encoding is not None and again["input_ids"] == ids[1:]:
        return _start(tokenizer, ids[:1]) + _shift_words(describe(tokenizer, ids[1:], encoding, (text,)))
    return _start(tokenizer, ids[:1]) + _shift_words(describe(tokenizer, ids[1:]))


def _start(tokenizer: Any, ids: list[int]) -> tuple[Token, ...]:
    """What a decoder begins with frames the text, also where it is a language's code."""
    return tuple(replace(token, special=True) for token in describe(tokenizer, ids))


def _shift_words(tokens: Sequence[Token]) -> tuple[Token, ...]:
    return tuple(replace(token, word=token.word + 1, eojeol=token.eojeol + 1) for token in tokens)


def encode(
    loaded: Loaded, text: str, text_pair: str, as_target: bool = False
) -> tuple[Inputs, tuple[Token, ...], str]:
    """Tokenizes as `capture` does: the model's inputs, a batch of one; the tokens; and what was cut off."""
    import torch

    tokenizer = loaded.tokenizer
    arguments = {"text_target": text} if as_target else {"text": text, "text_pair": text_pair or None}
    whole = tokenizer(**arguments, truncation=False, verbose=False)
    length, limit = len(whole["input_ids"]), min(window(loaded), MAX_TOKENS)
    truncated = ""
    if length > limit:
        whole = tokenizer(**arguments, truncation=True, max_length=limit, verbose=False)
        kept = "the texts are cut to" if text_pair else "the first"
        shown = f"{limit:,}, and their ends are missing" if text_pair else f"{limit:,} are shown"
        truncated = f"There are {length:,} tokens; {kept} {shown}."
    ids = whole["input_ids"]
    if not ids:
        raise BadInput("Nothing is left of the text after tokenization.", "Type some visible characters.")
    encoding = whole.encodings[0] if whole.is_fast else None
    tokens = describe(tokenizer, ids, encoding, (text, text_pair))
    inputs = {name: torch.tensor([values]) for name, values in whole.items() if name in MODEL_INPUTS}
    return inputs, tokens, truncated


def map_of(
    name: str,
    model: Any,
    records: Sequence[RecordedAttention],
    queries: tuple[Token, ...],
    keys: tuple[Token, ...],
) -> AttentionMap:
    """The map of one text's records, which are a batch of one; raises `Unsupported` if there are none."""
    if not records:
        raise Unsupported(
            f"{type(model).__name__} does not route its attention where it can be recorded.",
            "Choose another model.",
        )
    names = {module: path for path, module in model.named_modules()}
    layers = tuple(
        Layer(
            module=names[item.module],
            query=item.query[0],
            key=item.key[0],
            value=item.value[0],
            bias=None if item.bias is None else item.bias[0],
            scaling=item.scaling,
        )
        for item in records
    )
    first = layers[0].weights()
    causal = name != "cross" and len(queries) > 1 and float(first.triu(1).abs().max()) == 0.0
    return AttentionMap(name, queries, keys, layers, causal)


def mean_weights(attention_map: AttentionMap) -> np.ndarray:
    """Attention averaged over heads, [layers, n, m]."""
    return np.stack([layer.weights().mean(0).numpy() for layer in attention_map.layers])
