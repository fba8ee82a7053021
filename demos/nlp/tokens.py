"""Describes tokens for display: their text, their words, and which ones are special."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""Characters of scripts that are written without spaces: kana and Han."""
UNKNOWN = "not in the vocabulary: the model sees only that something stood here"


@dataclass(frozen=True)
class Token:
    """One position of the model's input.

    `text` is the stretch of the input that the token stands for; `part` numbers tokens that share one stretch
    ("2/3": byte-level and jamo pieces of one character); `piece` is the vocabulary entry, `separator` whether
    it is [SEP], </s> or another end, `segment` 0 for the first text and 1 for the second, `word` the index of
    its word as the tokenizer cuts it (special tokens: one each), `eojeol` the index of what stands between
    two spaces; Chinese and Japanese have no spaces, so there each token is one.
    """

    text: str
    piece: str
    id: int | None
    special: bool
    separator: bool
    segment: int
    word: int
    part: str = ""
    note: str = ""
    eojeol: int = 0


def describe(
    tokenizer: Any, ids: Sequence[int], encoding: Any | None = None, texts: Sequence[str] = ()
) -> tuple[Token, ...]:
    """Describes token ids.

    With a fast tokenizer's `encoding` of `texts`, offsets and words come from it; without one (slow
    tokenizers, generated ids), pieces are shown and words start at ▁ or Ġ.
    """
    pieces = tokenizer.convert_ids_to_tokens(list(ids))
    special_ids = _special_ids(tokenizer)
    if encoding is None:
        special = [id in special_ids for id in ids]
        segments = [0] * len(pieces)
        words = _words_from_pieces(pieces, special)
        surfaces = [(_pretty(piece), "") for piece in pieces]
        spaced = words
    else:
        sources = encoding.sequence_ids
        special = [s is None or id in special_ids for s, id in zip(sources, ids, strict=True)]
        segments = [t if s is None else s for s, t in zip(sources, encoding.type_ids, strict=True)]
        spans = [
            None if hidden else _span(source, offsets, texts)
            for hidden, source, offsets in zip(special, sources, encoding.offsets, strict=True)
        ]
        keys = [None if special[i] else (sources[i], w) for i, w in enumerate(encoding.word_ids)]
        words = _number(_with_leading_spaces(keys, spans, texts))
        surfaces = _surfaces(spans, pieces, texts)
        spaced = _between_spaces(spans, texts)
    return tuple(
        Token(
            text=text,
            piece=pieces[i],
            id=int(ids[i]),
            special=special[i],
            separator=special[i] and ids[i] in (tokenizer.sep_token_id, tokenizer.eos_token_id),
            segment=segments[i],
            word=words[i],
            part=part,
            note=UNKNOWN if ids[i] == tokenizer.unk_token_id and text != pieces[i] else "",
            eojeol=spaced[i],
        )
        for i, (text, part) in enumerate(surfaces)
    )


def _special_ids(tokenizer: Any) -> set[int]:
    """Tokens that frame a text. The mask and unknown tokens stand for words, so they are not among them,
    unless the same token has another role too (GPT-2's <|endoftext|>)."""
    offices = ("bos_token_id", "eos_token_id", "sep_token_id", "cls_token_id", "pad_token_id")
    framing = {getattr(tokenizer, office, None) for office in offices}
    unframed = {tokenizer.unk_token_id, getattr(tokenizer, "mask_token_id", None)} - framing
    return set(tokenizer.all_special_ids) - unframed


def merge(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[tuple[int, ...], ...]]:
    """The words that tokens make up, and for each word the positions of its tokens."""
    groups: dict[int, list[int]] = {}
    for position, token in enumerate(tokens):
        groups.setdefault(token.word, []).append(position)
    words = []
    for number, positions in enumerate(groups.values()):
        parts = [tokens[i] for i in positions]
        words.append(
            Token(
                text="".join(p.text for p in parts if p.part == "" or p.part.startswith("1/")).strip(),
                piece=" ".join(part.piece for part in parts),
                id=parts[0].id if len(parts) == 1 else None,
                special=parts[0].special,
                separator=parts[0].separator,
                segment=parts[0].segment,
                word=number,
                note=parts[0].note,
                eojeol=parts[0].eojeol,
            )
        )
    return tuple(words), tuple(tuple(positions) for positions in groups.values())


def _span(source: int, offsets: tuple[int, int], texts: Sequence[str]) -> tuple[int, int, int]:
    """Which stretch of which text a token covers, without the leading space of byte-level tokens."""
    start, end = offsets
    stretch = texts[source][start:end]
    return (source, start + len(stretch) - len(stretch.lstrip()) if stretch.strip() else start, end)


def _with_leading_spaces(
    keys: Sequence[Any], spans: Sequence[tuple[int, int, int] | None], texts: Sequence[str]
) -> list[Any]:
    """A space that is a token of its own, as in front of punctuation, is part of the word behind it."""
    joined = list(keys)
    for i in reversed(range(len(keys) - 1)):
        if joined[i + 1] is not None and _is_space(spans[i], texts):
            joined[i] = joined[i + 1]
    return joined


def _is_space(span: tuple[int, int, int] | None, texts: Sequence[str]) -> bool:
    return span is not None and span[1] < span[2] and not texts[span[0]][span[1] : span[2]].strip(" ")


def _between_spaces(spans: Sequence[tuple[int, int, int] | None], texts: Sequence[str]) -> list[int]:
    """Numbers what stands between two spaces of the texts."""
    numbers: list[int] = []
    for i, span in enumerate(spans):
        together = i > 0 and _together(spans[i - 1], span, texts)
        numbers.append((numbers[-1] if numbers else -1) + (not together))
    return numbers


def _together(
    before: tuple[int, int, int] | None, span: tuple[int, int, int] | None, texts: Sequence[str]
) -> bool:
    """Whether no space is between two tokens, in a script that has spaces."""
    if before is None or span is None or before[0] != span[0]:
        return False
    if before == span:  # two pieces of one character
        return True
    if _is_space(before, texts):  # a token of its own, which goes with what follows
        return True
    text = texts[span[0]]
    one, between, other = text[before[1] : before[2]], text[before[2] : span[1]], text[span[1] : span[2]]
    blank = any(stretch and not stretch.strip() for stretch in (one, between, other))
    return not blank and not UNSPACED.search(one) and not UNSPACED.search(other)


def _surfaces(
    spans: Sequence[tuple[int, int, int] | None], pieces: Sequence[str], texts: Sequence[str]
) -> list[tuple[str, str]]:
    surfaces = []
    for i, span in enumerate(spans):
        if span is None:
            surfaces.append((pieces[i], ""))
            continue
        source, start, end = span
        text = texts[source][start:end]
        first = last = i
        while first > 0 and spans[first - 1] == span:
            first -= 1
        while last + 1 < len(spans) and spans[last + 1] == span:
            last += 1
        part = f"{i - first + 1}/{last - first + 1}" if last > first else ""
        surfaces.append((text.strip() or text or _pretty(pieces[i]), part))
    return surfaces


def _pretty(piece: str) -> str:
    shown = piece.replace("Ġ", " ").replace("▁", " ").replace("</w>", "").replace("Ċ", "\n")
    return shown.strip() or shown


def _words_from_pieces(pieces: Sequence[str], special: Sequence[bool]) -> list[int]:
    keys: list[Any] = []
    for i, piece in enumerate(pieces):
        starts = piece.startswith(("▁", "Ġ")) or not keys or keys[-1] is None
        keys.append(None if special[i] else i if starts else keys[-1])
    return _number(keys)


def _number(keys: Sequence[Any]) -> list[int]:
    """Numbers runs of equal keys from 0; None (a special token) is always its own run."""
    numbers: list[int] = []
    for i, key in enumerate(keys):
        new = i == 0 or key is None or key != keys[i - 1]
        numbers.append((numbers[-1] if numbers else -1) + new)
    return numbers
