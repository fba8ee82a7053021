"""What one tokenizer makes of some lines, with every token explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.errors import ModelUnavailable
from demos.foundations.tokens.byte_pieces import bytes_of
from demos.foundations.tokens.schemas import Piece, Reading
from demos.models.checkpoint import ASSETS
from demos.models.specs import Loaded

OWN = "captions-unigram"
OWN_TITLE = "Unigram of captions"
UNIGRAM = ASSETS / "tokenizers" / f"{OWN}.json"
EXPLAINED = 100
"""Tokens of a text that are shown; all of them are counted."""


@dataclass(frozen=True)
class Reader:
    """A tokenizer by what is asked of it. encode: a text to an `Encoding` of the library; decode: ids to a
    text; backend: the library's own object; special: ids,
    of which a text that holds none gives only the one for what is unknown."""

    title: str
    encode: Callable[[str], Any]
    decode: Callable[[list[int]], str]
    backend: Any
    vocabulary: int
    special: frozenset[int]


def read(loaded: Loaded, lines: Sequence[str]) -> Reading:
    """The reading by a checkpoint's tokenizer."""
    tokenizer = loaded.tokenizer
    reader = Reader(
        loaded.origin.title,
        lambda text: tokenizer(text, add_special_tokens=False, verbose=False).encodings[0],
        lambda ids: tokenizer.decode(ids, clean_up_tokenization_spaces=False),
        tokenizer.backend_tokenizer,
        len(tokenizer),
        frozenset(tokenizer.all_special_ids),
    )
    return read_with(reader, loaded.origin.checkpoint, lines)


@cache
def captions_unigram() -> Reader:
    """The Unigram vocabulary that is shipped without a model (training/unigram.py)."""
    from tokenizers import Tokenizer

    if not UNIGRAM.is_file():
        raise ModelUnavailable(f"The file {UNIGRAM.name} is missing.", "Check out the repository again.")
    tokenizer: Any = Tokenizer.from_file(str(UNIGRAM))
    return Reader(
        OWN_TITLE,
        tokenizer.encode,
        tokenizer.decode,
        tokenizer,
        tokenizer.get_vocab_size(),
        frozenset([tokenizer.token_to_id("<unk>")]),
    )


def algorithm_of(backend: Any) -> str:
    """What the kind of a tokenizer of the library is called."""
    kind = type(backend.model).__name__
    if kind == "BPE" and type(backend.decoder).__name__ == "ByteLevel":
        return "byte-level BPE"
    return "BPE with bytes" if kind == "BPE" and backend.model.byte_fallback else kind


def read_with(reader: Reader, name: str, lines: Sequence[str]) -> Reading:
    """The reading of each line by itself."""
    algorithm = algorithm_of(reader.backend)
    encodings = [reader.encode(line) for line in lines]
    pieces = [
        _piece(reader, algorithm, line, token, number, span)
        for line, one in zip(lines, encodings, strict=True)
        for token, number, span in zip(one.tokens, one.ids, one.offsets, strict=True)
    ]
    return Reading(
        name,
        reader.title,
        algorithm,
        reader.vocabulary,
        tuple(len(one.ids) for one in encodings),
        sum(piece.role == "unknown" for piece in pieces),
        all(reader.decode(one.ids) == line for line, one in zip(lines, encodings, strict=True)),
        tuple(pieces[:EXPLAINED]),
    )


def _piece(
    reader: Reader, algorithm: str, line: str, token: str, number: int, span: tuple[int, int]
) -> Piece:
    source = line[span[0] : span[1]]
    length = len(source.encode())
    if number in reader.special:
        name = reader.backend.id_to_token(number)
        typed = source == name  # by the visitor, who may do that
        return Piece(name, number, length, "special" if typed else "unknown", "" if typed else source)
    if algorithm != "byte-level BPE":
        return Piece(token, number, length, "")
    own = bytes_of(token)
    try:
        return Piece(own.decode().replace(" ", "▁"), number, len(own), "")
    except UnicodeDecodeError:
        return Piece(own.hex(" ").upper(), number, len(own), "part")
