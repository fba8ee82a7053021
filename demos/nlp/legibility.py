"""Can a model read this text? Judges by its letters' script, and by what its tokens keep of its words.

What a vocabulary lacks becomes the unknown token, or falls apart into letters; the model answers all the
same. If that happens to most words, the answer says nothing about the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from demos.models.catalog import catalog
from demos.models.specs import Loaded
from demos.nlp.languages import NAMES

SPELT, SPELT_SYLLABLES = 0.6, 0.9
"""Tokens per letter above which a word counts as spelt out: in an alphabet, and in a syllabic script."""
MOST = 0.5
"""The share of unreadable words above which the whole text counts as unreadable."""
LISTED = 5
MANY = "mul"
"""The code of checkpoints that read dozens of languages."""

SCRIPTS = {
    "ar": ("ARABIC",),
    "hi": ("DEVANAGARI",),
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "ko": ("HANGUL",),
    "ru": ("CYRILLIC",),
    "uk": ("CYRILLIC",),
    "zh": ("CJK",),
}
"""The script in which a language is written, if it is not Latin."""
_TOLD_BY = {"KATAKANA": "ja", "HIRAGANA": "ja"} | {
    names[0]: code for code, names in reversed(SCRIPTS.items()) if code != "ja"
}
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC")
_JOINERS = re.compile("[\u200d\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_EMOJI = re.compile("[\u231a-\u23ff\u2600-\u27bf\u2b1b-\u2b55\U0001f000-\U0001faff]")


@dataclass(frozen=True)
class Legibility:
    """withheld: why the model cannot read most of a text, or "". warning: which words and emoji of a readable
    text it has not read, or "". Both are plain sentences. language: that of a text in another script than the
    model's, if the script determines it, or ""."""

    withheld: str = ""
    warning: str = ""
    language: str = ""


@dataclass(frozen=True)
class _Unit:
    """text[start:end]: a word (letters and digits), a run of emoji or a sign."""

    start: int
    end: int
    kind: str


def legibility(text: str, loaded: Loaded, languages: Sequence[str] | None = None) -> Legibility:
    """How well a model reads a text; `languages` are those expected, by default the checkpoint's."""
    known = languages_of(loaded) if languages is None else tuple(languages)
    return _judged(text, loaded.tokenizer, known, loaded.origin.title)


def languages_of(loaded: Loaded) -> tuple[str, ...]:
    """The languages that a model reads according to the catalog; () if unknown."""
    entry = catalog().get(loaded.origin.checkpoint)
    return entry.languages if entry else ()


def unread(text: str, tokenizer: Any) -> str:
    """Says in a sentence which part of a text a vocabulary cannot read, or ""; ignores the language."""
    judged = _judged(text, tokenizer, (), "the model")
    return (said := judged.withheld or judged.warning)[:1].upper() + said[1:]


def language(text: str) -> str:
    """The language that the script of most words implies: "en" for Latin, "" if it implies none."""
    script = _mostly(text)
    return "en" if script == "LATIN" else _TOLD_BY.get(script, "")


def named(languages: Sequence[str]) -> str:
    """Languages in words."""
    if MANY in languages or len(languages) > 4:
        return "many languages" if MANY in languages else f"{len(languages)} languages"
    return ", ".join(NAMES.get(code, code) for code in languages)


def _judged(text: str, tokenizer: Any, known: tuple[str, ...], title: str) -> Legibility:
    scripts = (
        None if not known or MANY in known else {s for one in known for s in SCRIPTS.get(one, ("LATIN",))}
    )
    units = _units(text)
    how = _how_read(text, units, tokenizer, scripts)
    words = [(unit, how[unit]) for unit in units if unit.kind == "w"]
    lettered = [way for unit, way in words if any(map(str.isalpha, text[unit.start : unit.end]))]
    said = _said(text, units, how)
    hard = [way for way in lettered if way != "read"]
    if len(hard) > MOST * len(lettered):
        if scripts and _mostly(text) not in scripts:
            return Legibility(
                f"The text is mostly {_in_letters(text)}, which {title} was not trained on; it reads "
                f"{named(known)}.",
                language=language(text),
            )
        known_words = (
            f"{left} of the {len(lettered)} words" if (left := len(lettered) - len(hard)) else "no word"
        )
        return Legibility(
            f"{title} knows {known_words} of this text: its vocabulary has no words for it, so the model was "
            "hardly trained on such text."
        )
    if said and not any(way == "read" for _, way in words):
        return Legibility(f"The text has no word that {title} can read. {said}")
    return Legibility("", said)


def _how_read(
    text: str, units: Sequence[_Unit], tokenizer: Any, scripts: set[str] | None
) -> dict[_Unit, Literal["read", "unknown", "spelt", "script"]]:
    spans = _token_spans(text, units, tokenizer)
    state = bytearray(len(text))  # 1: covered by a token, 2: covered by the unknown token
    starts = [unit.start for unit in units]
    tokens = [0] * len(units)
    for start, end, unknown in spans:
        for place in range(start, end):
            state[place] = 2 if unknown else max(state[place], 1)
        if start < end and units:
            # A token may begin with the space before its word.
            tokens[max(0, bisect_right(starts, end - 1) - 1)] += 1

    def way(unit: _Unit, count: int) -> Literal["read", "unknown", "spelt", "script"]:
        said = text[unit.start : unit.end]
        seen = [state[unit.start + i] for i, c in enumerate(said) if unicodedata.category(c)[0] != "M"]
        if any(one != 1 for one in seen) and unit.kind != "e" or 1 not in seen:
            return "unknown" if seen else "read"
        if unit.kind == "e" and 2 in seen:
            return "unknown"
        letters = [c for c in said if c.isalpha()]
        if unit.kind != "w" or not letters:
            return "read"
        if scripts is not None and _script(letters[0]) not in scripts:
            return "read" if count == 1 and len(letters) > 1 else "script"
        script = _script(letters[0])
        # A model of Korean or Chinese may well have one token for each syllable.
        if script == "CJK" or (scripts is not None and script not in _ALPHABETS):
            return "read"
        limit = SPELT if script in _ALPHABETS else SPELT_SYLLABLES
        return "spelt" if len(letters) > 2 and count > limit * len(letters) else "read"

    return {unit: way(unit, count) for unit, count in zip(units, tokens, strict=True)}


def _token_spans(text: str, units: Sequence[_Unit], tokenizer: Any) -> list[tuple[int, int, bool]]:
    """Start and end of every token, and whether it is the unknown token. A tokenizer that does not report
    offsets encodes each word separately, and each token gets the span of its word."""
    options = {"add_special_tokens": False, "verbose": False}
    if tokenizer.is_fast:
        encoded = tokenizer(text, return_offsets_mapping=True, **options)
        pairs = zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
        return [(*span, token == tokenizer.unk_token_id) for token, span in pairs]
    return [
        (unit.start, unit.end, token == tokenizer.unk_token_id)
        for unit in units
        for token in tokenizer(text[unit.start : unit.end], **options)["input_ids"]
    ]


def _said(text: str, units: Sequence[_Unit], how: dict[_Unit, Any]) -> str:
    """Says in sentences which words, emoji and signs of a text were not read."""
    lost = [(unit, text[unit.start : unit.end]) for unit in units if how[unit] == "unknown"]
    words = [said for unit, said in lost if unit.kind == "w"]
    signs = [said for unit, said in lost if unit.kind == "s"]
    emoji = sum(_emoji(said) for unit, said in lost if unit.kind == "e")
    pieces = [text[unit.start : unit.end] for unit in units if how[unit] == "script"]
    return " ".join(
        filter(
            None,
            [
                f"{_count(words, 'word')} not read: {_listed(words)}." if words else "",
                f"{emoji} emoji {'was' if emoji == 1 else 'were'} not read." if emoji else "",
                f"{_count(signs, 'sign')} not read: {_listed(signs)}." if signs else "",
                f"{_count(pieces, 'word')} read only in pieces: {_listed(pieces)}." if pieces else "",
            ],
        )
    )


def _count(found: Sequence[str], what: str) -> str:
    return f"1 {what} was" if len(found) == 1 else f"{len(found)} {what}s were"


def _listed(found: Sequence[str]) -> str:
    each = list(dict.fromkeys(found))
    return ", ".join(one[:40] for one in each[:LISTED]) + (" …" if len(each) > LISTED else "")


def _units(text: str) -> list[_Unit]:
    kinds = "".join(map(_kind, text))
    return [_Unit(*found.span(), found[0][0]) for found in re.finditer("w+|e+|s", kinds)]


@lru_cache(4096)
def _kind(character: str) -> str:
    """The kind of a character: of a word, an emoji, a sign, or nothing that a model has to read."""
    if _EMOJI.match(character) or _JOINERS.match(character):
        return "e"
    category = unicodedata.category(character)
    return "w" if category[0] in "LMN" else " " if category[0] in "ZC" else "s"


def _emoji(run: str) -> int:
    """How many emoji a run of emoji characters shows: flags are pairs, joined ones count once."""
    flags = sum("\U0001f1e6" <= c <= "\U0001f1ff" for c in run)
    bases = len(_EMOJI.findall(_JOINERS.sub("", re.sub("\u200d.", "", run)))) - flags
    return bases + (flags + 1) // 2


@lru_cache(4096)
def _script(letter: str) -> str:
    words = unicodedata.name(letter, "UNKNOWN").split()
    return next((w for w in words if w in _ALPHABETS or w in _TOLD_BY or w == "CJK"), words[0])


def _mostly(text: str) -> str:
    """The script of most words, by their first letters; "" without words. Japanese mixes three."""
    words = [text[unit.start : unit.end] for unit in _units(text) if unit.kind == "w"]
    first = (next(filter(str.isalpha, word), "") for word in words)
    scripts = Counter(_script(letter) for letter in first if letter)
    script = scripts.most_common(1)[0][0] if scripts else ""
    kana = any(_script(c) in ("HIRAGANA", "KATAKANA") for c in text if c.isalpha())
    return "HIRAGANA" if script in ("CJK", "KATAKANA") and kana else script


def _in_letters(text: str) -> str:
    """Names what a text is written in: its language if the script determines it."""
    script, told = _mostly(text), language(text)
    if script in ("LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI") or not told:
        return f"in {script.title()} letters"
    return "in Chinese characters" if script == "CJK" and told == "zh" else NAMES[told]
