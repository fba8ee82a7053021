"""What one checkpoint says of a sentence, and where its heads look."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import torch

from demos.caption_world.greedy import Written, after, behind, greedy
from demos.caption_world.watch_it_learn.schemas import Filling
from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.attention_capture import AttentionMap, capture, encode
from demos.nlp.decoding import end_ids

FILLINGS, CONTINUED = 5, 12
LONGER = 12
"""Tokens by which a translation may be longer than its source: an untrained model never ends."""


@dataclass(frozen=True)
class Said:
    """What a model says; `probability` is the geometric mean over its tokens, the end included."""

    text: str
    probability: float
    fillings: tuple[Filling, ...] = ()


def hide_a_word(text: str, loaded: Loaded) -> str:
    """The text with the last word that is one piece of the vocabulary replaced by the mask, unless it has a
    mask already. Raises `BadInput` if there is no such word, or several masks."""
    mask = loaded.tokenizer.mask_token
    if text.count(mask) == 1:
        return text
    if text.count(mask) > 1:
        raise BadInput(f"There is more than one {mask}.", "Hide one word only.")
    for word in reversed(list(re.finditer(r"\w+", text))):
        ids = loaded.tokenizer(" " + word.group(), add_special_tokens=False)["input_ids"]
        if len(ids) == 1 and ids[0] != loaded.tokenizer.unk_token_id:
            return text[: word.start()] + mask + text[word.end() :]
    raise BadInput(
        "No word of this sentence is a single piece of the model's vocabulary.",
        f"Write English, or put {mask} where a word is missing.",
    )


@torch.inference_mode()
def fill(hidden: str, loaded: Loaded) -> Said:
    """BERT: the likeliest tokens for the gap of a sentence."""
    inputs, _, _ = encode(loaded, hidden, "")
    place = (inputs["input_ids"][0] == loaded.tokenizer.mask_token_id).nonzero()
    if not len(place):
        raise BadInput("The gap is beyond what the model reads.", "Shorten the sentence.")
    found = loaded.model(**inputs).logits[0, place[0, 0]].softmax(-1).topk(FILLINGS)
    fillings = tuple(
        Filling(loaded.tokenizer.decode([index]).strip(), probability)
        for probability, index in zip(found.values.tolist(), found.indices.tolist(), strict=True)
    )
    return Said(fillings[0].text, fillings[0].probability, fillings)


def first_half(text: str) -> str:
    """The first half of a text's words, at least one."""
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


@torch.inference_mode()
def continued(begun: str, loaded: Loaded) -> Said:
    """GPT-2: the greedy continuation, at most CONTINUED tokens."""
    ids = _ids(begun, loaded)
    return _said(greedy(after(loaded.model), ids, end_ids(loaded), CONTINUED), ids, loaded)


@torch.inference_mode()
def translated(text: str, loaded: Loaded) -> Said:
    """Marian: the greedy translation."""
    source, start = _ids(text, loaded), [loaded.model.config.decoder_start_token_id]
    made = greedy(behind(loaded.model, source), start, end_ids(loaded), len(source) + LONGER)
    return _said(made, start, loaded)


def _ids(text: str, loaded: Loaded) -> list[int]:
    return encode(loaded, text, "")[0]["input_ids"][0].tolist()


def _said(made: Written, begun: list[int], loaded: Loaded) -> Said:
    """What was written after `begun`, which decides whether it begins with a space."""
    before, whole = (
        loaded.tokenizer.decode(ids, skip_special_tokens=True) for ids in (begun, [*begun, *made.ids])
    )
    return Said(whole[len(before) :].strip(), made.probability)


def attention_map(text: str, target: str, loaded: Loaded) -> AttentionMap:
    """The self-attention over a text, or an encoder-decoder's cross-attention while it writes `target`: there
    a row is named by the token that is written, not by the one before it, which the decoder reads."""
    kept = capture(loaded, text, target=target)
    if not loaded.model.config.is_encoder_decoder:
        return kept.map("self")
    cross = kept.map("cross")
    start, *written = cross.queries
    end = replace(start, text=loaded.tokenizer.decode([loaded.tokenizer.eos_token_id]))
    return replace(cross, queries=(*written, end))


def followed_head(attention: AttentionMap) -> tuple[int, int]:
    """Layer and head, from 0, that link each word most strongly to one other word.

    The strength of a head is the mean, over the rows of words, of the largest weight on another word; special
    tokens count as no words, since the sharpest heads of all often look at nothing else.
    """
    words = [place for place, token in enumerate(attention.queries) if not token.special]
    may = np.array([[not key.special for key in attention.keys]] * len(attention.queries))
    if attention.name != "cross":
        np.fill_diagonal(may, False)
    strengths = np.array(
        [np.where(may, layer.weights().numpy(), 0.0)[:, words].max(-1).mean(-1) for layer in attention.layers]
    )
    layer, head = divmod(int(strengths.argmax()), strengths.shape[1])
    return layer, head
