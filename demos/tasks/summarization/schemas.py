"""A text, and its summary: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin
from demos.tasks.summarization.methods import Chosen

DEFAULT = "minilm"


@dataclass(frozen=True)
class SummarizeInputs:
    """A text, and the wanted length of its summary."""

    text: Annotated[
        str,
        Field(
            title="Text",
            description="up to 100,000 characters for a sentence encoder, for others what they read",
        ),
    ]
    sentences: Annotated[
        int,
        Field(
            ge=1,
            le=10,
            title="Sentences",
            description="how many, which a model trained on summaries does not heed",
        ),
    ] = 3
    model: Annotated[
        str, Field(description="an encoder, a chat model, or one that was trained on summaries")
    ] = DEFAULT


@dataclass(frozen=True)
class SummarizeResult:
    """method: "extractive" (`chosen` says where the sentences are, out of `total` sentences), "written" (by a
    chat model) or "generated" (by one trained on summaries).

    new: where the summary has words that the text does not have; probability: the geometric mean of the
    written tokens'; prompt: what the chat model read; ended: by itself, at the token limit, or where it began
    to repeat itself; warning: why the model can hardly read the text, or "".
    """

    summary: str
    method: Literal["extractive", "written", "generated"]
    chosen: tuple[Chosen, ...]
    total: int
    new: tuple[tuple[int, int], ...]
    probability: float | None
    prompt: str
    ended: Literal["end", "length", "repetition"]
    warning: str
    seconds: float
    origin: Origin
