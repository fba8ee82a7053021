"""Which languages a translator reads and writes, and how to tell it, which differs between families.

Marian checkpoints have one fixed pair. T5 needs words in front of the text. mBART needs codes: one in front
of the source, and one that the translation is forced to begin with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from demos.errors import BadInput
from demos.models.specs import Loaded

NAMES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
MBART = {
    "ar": "ar_AR",
    "de": "de_DE",
    "en": "en_XX",
    "es": "es_XX",
    "fr": "fr_XX",
    "hi": "hi_IN",
    "it": "it_IT",
    "ja": "ja_XX",
    "ko": "ko_KR",
    "nl": "nl_XX",
    "pl": "pl_PL",
    "pt": "pt_XX",
    "ro": "ro_RO",
    "ru": "ru_RU",
    "tr": "tr_TR",
    "uk": "uk_UA",
    "vi": "vi_VN",
    "zh": "zh_CN",
}
T5_TARGETS = ("de", "fr", "ro")


@dataclass(frozen=True)
class Direction:
    """A pair of languages by their two-letter codes, the prefix of the text, and the codes that an mBART
    tokenizer and its first written token need, otherwise ""."""

    source: str
    target: str
    prefix: str = ""
    source_code: str = ""
    target_code: str = ""


def direction(source: str, target: str, loaded: Loaded, likely: str = "") -> Direction:
    """The direction asked for, or the checkpoint's own where `source` or `target` is "". A checkpoint that
    reads many languages then takes the text to be in the `likely` one, if it reads that, otherwise in
    English.

    Raises `BadInput` for a language that the checkpoint does not read or write.
    """
    kind = loaded.model.config.model_type
    if kind == "t5":
        source = _one(source or "en", ("en",), "read")
        target = _one(target or "de", T5_TARGETS, "written")
        return Direction(source, target, t5_prefix(target))
    if kind == "mbart":
        source = _one(source or (likely if likely in MBART else "en"), tuple(MBART), "read")
        target = _one(target or "de", tuple(MBART), "written")
        return Direction(source, target, "", MBART[source], MBART[target])
    own = pair_of(loaded)
    return Direction(_one(source or own[0], (own[0],), "read"), _one(target or own[1], (own[1],), "written"))


def t5_prefix(target: str) -> str:
    """The prefix that tells T5 what to do."""
    return f"translate English to {NAMES[target]}: "


def pair_of(loaded: Loaded) -> tuple[str, str]:
    """The languages of a checkpoint with one fixed pair, from the end of its name: "…-en-fr"."""
    match = re.search(r"\b([a-z]{2})-([a-z]{2})$", loaded.origin.hub_id or loaded.origin.checkpoint)
    if match is None:
        raise BadInput(f"{loaded.origin.title} does not say what languages it knows.", "Choose another.")
    return match[1], match[2]


def _one(code: str, known: tuple[str, ...], what: str) -> str:
    if code not in known:
        named = ", ".join(f"{NAMES.get(one, one)} ({one})" for one in known)
        raise BadInput(f"{NAMES.get(code, code)} cannot be {what} by this model.", f"It knows: {named}.")
    return code


def rare_words(words: list[str], tokenizer: Any) -> tuple[str, ...]:
    """Words that the vocabulary has only in pieces, or not at all; each once, in order.

    A vocabulary is learnt by joining pieces that often occur together, so such a word was rare in training.
    """

    def rare(word: str) -> bool:
        ids = tokenizer(word, add_special_tokens=False, verbose=False)["input_ids"]
        return tokenizer.unk_token_id in ids or len(ids) > 1

    return tuple(word for word in dict.fromkeys(words) if rare(word))
