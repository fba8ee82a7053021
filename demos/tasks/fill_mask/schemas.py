"""A text with gaps, and the candidates for each: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

DEFAULT, SMALL, ONLINE = "smollm2", "bert-tiny-mlm", "distilbert"  # ONLINE comes first if there is a network


@dataclass(frozen=True)
class FillMaskInputs:
    """A text with gaps, and how many words are wanted for each."""

    text: Annotated[
        str, Field(title="Text with [MASK]", description="with [MASK] where a word is missing, at least once")
    ]
    top_k: Annotated[
        int, Field(ge=1, le=20, title="Candidates per gap", description="candidates per gap")
    ] = 5
    model: Annotated[
        str,
        Field(
            description="a masked language model of the catalog, or a causal one as a stand-in, which takes "
            "one gap"
        ),
    ] = DEFAULT


@dataclass(frozen=True)
class Candidate:
    """word: as a reader sees it; token: the piece of the vocabulary, None for a stand-in's word; continues:
    whether it goes on with the word before it; probability: of the piece, or the share among candidates."""

    word: str
    token: str | None
    continues: bool
    probability: float

    @property
    def shown(self) -> str:
        """The word as a page names it: "##ing" where it goes on, the token where it cannot be seen."""
        return f"##{self.word}" if self.continues else self.word or f"({self.token})"


@dataclass(frozen=True)
class FillMaskResult:
    """gaps: for each [MASK] in the order of the text, its candidates, the likeliest first.

    method: "masked", where probabilities are over the whole vocabulary, or "causal rescoring", where they are
    shares among the candidates that were found. tokens: how many were read; withheld: why the candidates are
    not reliable (the model cannot read most of the text), or ""; instead: a checkpoint that can read it, or
    ""; warning: which part of the text was not read, or "".
    """

    gaps: tuple[tuple[Candidate, ...], ...]
    method: Literal["masked", "causal rescoring"]
    tokens: int
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin
