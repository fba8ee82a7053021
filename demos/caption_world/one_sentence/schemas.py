"""A caption, and what each architecture makes of it: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.models.specs import Origin

MIN_WORDS, MAX_WORDS = 3, 40


@dataclass(frozen=True)
class CaptionWorldInputs:
    """A caption; a second one of the same picture, or of another; and which word of the first is hidden."""

    text: Annotated[
        str, Field(title="Caption", description=f"what a photograph shows, {MIN_WORDS} to {MAX_WORDS} words")
    ]
    second: Annotated[
        str,
        Field(
            title="Second caption (optional)",
            description="of the same picture, or not: BERT's next sentence and Transformer-XL's memory",
        ),
    ] = ""
    word: Annotated[
        int,
        Field(ge=0, le=MAX_WORDS, title="Hidden word", description="its number, from 1 on; 0: the last word"),
    ] = 0


@dataclass(frozen=True)
class Line:
    """One thing that a model says: `label` is what it was asked, plain text; probability: of what it says, or
    the mean (geometric) of its tokens, None where it gives none."""

    label: str
    text: str
    probability: float | None = None


@dataclass(frozen=True)
class Said:
    """The answer of one architecture in its own form. parameters: of the whole model as leased; seconds: of
    this answer; target: what was written, for the attention viewer, "" if nothing was."""

    name: str
    lines: tuple[Line, ...]
    parameters: int
    seconds: float
    target: str = ""


@dataclass(frozen=True)
class CaptionWorldAnswer:
    """words, as they are counted, and the index of the hidden one; perplexity: per word of the caption, by
    GPT-2, and the one that 19 of 20 held-out captions do not exceed (`usual`); unknown: characters that no
    model can read; withheld: why the caption is from outside their world, "" if it is not."""

    text: str
    words: tuple[str, ...]
    hidden: int
    perplexity: float
    usual: float
    unknown: tuple[str, ...]
    withheld: str
    said: tuple[Said, ...]
    origin: Origin
