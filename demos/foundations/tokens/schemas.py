"""A text, the merges that it teaches, and what existing tokenizers make of it: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.foundations.tokens.bpe import Merge
from demos.models.specs import Origin

MAX_CHARACTERS, MAX_MERGES, MAX_TOKENIZERS = 3_000, 200, 8
DEFAULT = (
    "The little baker bakes bread, and the bread that the baker bakes is the best bread in the town. "
    "Bakers bake before the town wakes; when the town wakes, the bread is baked and the bakers are in bed."
)
SHOWN = ("smollm2", "minilm", "rampart", "korean-mlm", "marian-en-fr")
"""Checkpoints whose tokenizers need no network: no two have the same vocabulary."""

TEXT = Field(
    min_length=1,
    max_length=MAX_CHARACTERS,
    title="A text",
    description="in any script; every line is also counted by itself",
)


@dataclass(frozen=True)
class MergesInputs:
    """A text to learn pieces from."""

    text: Annotated[str, TEXT] = DEFAULT
    merges: Annotated[
        int,
        Field(ge=1, le=MAX_MERGES, title="Merges", description="after how many the training stops"),
    ] = MAX_MERGES


@dataclass(frozen=True)
class MergesResult:
    """A training of byte-pair encoding.

    words and counts: every word once, with how often it occurs; text: the words of each line in order, by
    index; pieces: all pieces by number, of which the first `characters` are single characters; merges: the
    steps that changed the text, in order; stopped: whether there were more to make.
    """

    words: tuple[str, ...]
    counts: tuple[int, ...]
    text: tuple[tuple[int, ...], ...]
    pieces: tuple[str, ...]
    characters: int
    merges: tuple[Merge, ...]
    stopped: bool


@dataclass(frozen=True)
class TokenizeInputs:
    """A text, and the tokenizers that read it."""

    text: Annotated[str, TEXT] = DEFAULT
    models: Annotated[
        tuple[Annotated[str, Field(max_length=200)], ...],
        Field(
            min_length=1,
            max_length=MAX_TOKENIZERS,
            title="Tokenizers",
            description="names of checkpoints, of which only the tokenizers are loaded",
        ),
    ] = SHOWN


@dataclass(frozen=True)
class Piece:
    """A token. text: its entry in the vocabulary as a reader sees it; source: the stretch of the text it
    stands for, where the vocabulary does not know that; bytes: of UTF-8 that it stands for; role: "" or
    "unknown", "special", "part" (some of the bytes of a character)."""

    text: str
    id: int
    bytes: int
    role: str
    source: str = ""


@dataclass(frozen=True)
class Reading:
    """What one tokenizer makes of a text.

    algorithm: what its kind is called; vocabulary: its number of entries; lines: tokens of each line, without
    those that a model puts before and behind a text; unknown: how many stand for what the vocabulary does not
    know; returns: whether decoding gives each line back as it was; pieces: the first of all lines' tokens.
    """

    model: str
    title: str
    algorithm: str
    vocabulary: int
    lines: tuple[int, ...]
    unknown: int
    returns: bool
    pieces: tuple[Piece, ...]

    @property
    def tokens(self) -> int:
        """Those of all lines."""
        return sum(self.lines)


@dataclass(frozen=True)
class Line:
    """A line that is not blank, in characters (code points), bytes of UTF-8, and words: what stands between
    white space."""

    characters: int
    bytes: int
    words: int


@dataclass(frozen=True)
class TokenizeResult:
    """The lines of a text, and a reading by each tokenizer."""

    lines: tuple[Line, ...]
    readings: tuple[Reading, ...]
    seconds: float
    origin: Origin
