"""Two sentences, and what two heads say of the pair: plain data, for page and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.models.specs import Origin

MAX_WORDS = 40
HEADS = ("bert", "albert")
"""The architectures with a head for pairs; shown are those whose weights are here."""
QUESTIONS = {
    "bert": "Next sentence: does the second go with the first?",
    "albert": "Sentence order: does the second come behind the first?",
}
SAYS = {"bert": ("belongs", "does not belong"), "albert": ("in order", "swapped")}
"""What a head says with at least one half for yes, and with less."""


@dataclass(frozen=True)
class PairInputs:
    """Two sentences about pictures."""

    first: Annotated[
        str, Field(title="First sentence", description=f"English, about a picture, 1 to {MAX_WORDS} words")
    ]
    second: Annotated[
        str, Field(title="Second sentence", description=f"English, about a picture, 1 to {MAX_WORDS} words")
    ]


@dataclass(frozen=True)
class Verdict:
    """What one head says: its probability of yes (see QUESTIONS) for the pair as it is, and for the two
    sentences exchanged. name: the architecture."""

    name: str
    forward: float
    backward: float


@dataclass(frozen=True)
class PairResult:
    """verdicts: of each head that is here; shared: the content words that both sentences have; withheld: why
    these models should not be asked about such sentences, or ""."""

    verdicts: tuple[Verdict, ...]
    shared: tuple[str, ...]
    withheld: str
    origin: Origin
