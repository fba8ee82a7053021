"""A text, and its translation: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

DEFAULT, ONLINE = "marian-en-fr", "opus-mt-en-fr"


@dataclass(frozen=True)
class TranslateInputs:
    """A text, the languages, and how to search for a translation."""

    text: Annotated[str, Field(title="Text", description="as long as the model reads")]
    source: Annotated[
        str,
        Field(
            title="From",
            description='its language, a code of two letters, or "" for the checkpoint\'s own (of one that '
            "reads many languages, the one that the text's script tells)",
        ),
    ] = ""
    target: Annotated[
        str,
        Field(
            title="Into",
            description='the language to write, a code of two letters, or "" for the checkpoint\'s own',
        ),
    ] = ""
    beams: Annotated[
        int, Field(ge=1, le=5, title="Beams (1: greedy)", description="how many are kept; 1 is greedy")
    ] = 4
    max_new_tokens: Annotated[
        int, Field(ge=1, le=256, title="New tokens at most", description="tokens that are written at most")
    ] = 96
    model: Annotated[str, Field(description="a translator of the catalog")] = DEFAULT


@dataclass(frozen=True)
class TranslateResult:
    """translation, from `source` to `target`; probability: the geometric mean of its tokens'; low: the
    probability that 19 of 20 texts like the training texts exceed with four beams, or null if it was not
    measured; needed: the probability below which a translation of this text is withheld, or null; finished:
    "end" if the model ended, "length" if it had to stop; tokens, new_tokens: read and written; words: how
    many the text has; rare: those that the vocabulary has only in pieces, or not at all; withheld: why the
    translation should not be trusted (the model cannot read the text, or gives its own output a low
    probability), or ""; instead: the name of a checkpoint that can read the text, or ""; warning: another
    caution, or ""; seconds: of the computation, which several texts of a column may have shared."""

    text: str
    translation: str
    source: str
    target: str
    probability: float
    low: float | None
    needed: float | None
    finished: Literal["end", "length"]
    tokens: int
    new_tokens: int
    words: int
    rare: tuple[str, ...]
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin
